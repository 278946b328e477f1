{# Tidings sign-up box, version 1. It stores nothing, and asks no server for anything before a form is sent.
   <form data-newsletter-form>: a real form, which works without this script; the answer comes without leaving the page.
   <newsletter-signup newsletters="slug">: draws the form itself. <iframe> of /embed/slug: gets the right height.
   Comments like this one are not sent. #}
/* Tidings sign-up box, version 1 */
(() => {
  const TEXTS = {{ texts|safe }}, D = document, BASE = new URL(D.currentScript.src).origin, began = Date.now();
  const text = (el) => TEXTS[(el.closest("[lang]") || {}).lang] || TEXTS[((el.closest("[lang]") || {}).lang || "").slice(0, 2)] || Object.values(TEXTS)[0];
  const make = (tag, props, ...children) => { const el = Object.assign(D.createElement(tag), props); el.append(...children); return el; };
  const hide = (name, value) => make("input", { type: "hidden", name, value });

  const enhance = (form, host) => {
    if (form.dataset.ready) return;
    form.dataset.ready = 1;
    form.noValidate = true;
    const t = text(host || form), input = form.elements.email, button = form.querySelector("[type=submit]");
    let error = form.querySelector("[data-error]");
    if (!error) input.before(error = make("p", { hidden: true, className: "nl-error" }));
    error.id ||= "nl-" + Math.random().toString(36).slice(2);
    const about = input.getAttribute("aria-describedby") || "";
    const fail = (why) => {
      error.textContent = why;
      error.hidden = false;
      input.setAttribute("aria-invalid", true);
      input.setAttribute("aria-describedby", error.id + " " + about);
      input.focus();
    };
    const set = (name, value) => { const field = form.elements[name]; field ? field.value ||= value : form.append(hide(name, value)); };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.ariaDisabled) return;
      error.hidden = true;
      input.removeAttribute("aria-invalid");
      {# type=email takes a@b. #}
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]{2,}$/.test(input.value.trim())) return fail(t.error);
      set("source", location.origin + location.pathname);
      set("placement", (host || form).dataset.placement || "");
      set("elapsed", Date.now() - began);
      {# With a header of our own a browser asks first: where the site may not read the answer, nothing is sent twice. #}
      const label = button.textContent;
      button.ariaDisabled = "true";
      button.textContent = t.busy;
      const answer = await fetch(form.action, { method: "POST", credentials: "omit", headers: { Accept: "application/json", "X-Requested-With": "v1" }, body: new URLSearchParams(new FormData(form)) }).catch(() => 0);
      button.ariaDisabled = null;
      button.textContent = label;
      {# Blocked, or a riddle to solve: as without this script. #}
      if (!answer || answer.status == 403) return HTMLFormElement.prototype.submit.call(form);
      if (!answer.ok) return fail(answer.status == 422 ? t.error : answer.status == 429 ? t.many : t.failed);
      const heading = make("h2", { tabIndex: -1 }, t.done), again = make("button", { type: "button", className: "again" }, t.again);
      const box = make("div", { className: "nl-done" }, heading, make("p", {}, t.sent), again);
      again.onclick = () => { box.replaceWith(form); input.select(); };
      form.replaceWith(box);
      heading.focus();
      (host || box).dispatchEvent(new CustomEvent("newsletter:subscribed", { bubbles: true, composed: true }));
    });
  };

  const CSS = `:host{display:block;--c:var(--newsletter-accent,#0b4a82);--e:var(--newsletter-error,#b3151b);color:var(--newsletter-text,inherit);font:var(--newsletter-font,inherit)}
form,.nl-done{border-top:3px solid var(--c);padding:1.25em 0}h2{font-size:1.35em;line-height:1.25;margin:0 0 .5em}h2:focus{outline:0}label{display:block;font-weight:700;margin:0 0 .35em}div{display:flex;flex-wrap:wrap;gap:.5em}.nl-done{display:block}
input{flex:1 1 14em;min-width:0;font:inherit;font-size:max(16px,1em);padding:.65em .75em;border:1px solid #6b7178;border-radius:3px;background:#fff;color:#16191d}
button{font:inherit;font-weight:700;padding:.65em 1.3em;min-height:44px;border:0;border-radius:3px;background:var(--c);color:#fff;cursor:pointer}:focus-visible{outline:3px solid currentColor;outline-offset:3px}button:focus-visible{outline-color:var(--c)}.again{all:unset;text-decoration:underline;cursor:pointer}
[aria-invalid]{border:2px solid var(--e)}.nl-error{color:var(--e);font-weight:700}.nl-error:before{content:"\\26A0\\FE0E\\00A0"}small{display:block;margin-top:.8em}.hp{position:absolute;left:-9999px}[hidden]{display:none}`;

  customElements.get("newsletter-signup") || customElements.define("newsletter-signup", class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const t = text(this), root = this.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      const get = (name, other) => this.getAttribute(name) || other;
      const form = make("form", { method: "post", action: get("action", BASE + "/subscribe") },
        make("h2", {}, get("heading", t.heading)), make("label", { htmlFor: "e" }, t.email),
        make("div", {}, make("input", { id: "e", type: "email", name: "email", autocomplete: "email", required: true, spellcheck: false }), make("button", { type: "submit" }, t.submit)));
      form.part = "form";
      for (const slug of get("newsletters", "").split(",")) slug.trim() && form.append(hide("newsletter", slug.trim()));
      const trap = make("p", { className: "hp", ariaHidden: "true" }, make("input", { name: "website", tabIndex: -1, autocomplete: "off" }));
      form.append(hide("language", t.language), trap, make("small", {}, t.fine));
      form.querySelector("div").before(Object.assign(make("p", { hidden: true, className: "nl-error" }), {}));
      form.querySelector(".nl-error").dataset.error = "";
      root.append(form);
      enhance(form, this);
    }
  });
  addEventListener("message", (event) => {
    if (event.origin == BASE && event.data.type == "set-height")
      for (const frame of D.querySelectorAll("iframe")) if (frame.contentWindow == event.source) frame.style.height = event.data.height + "px";
  });
  const run = () => D.querySelectorAll("form[data-newsletter-form]").forEach((form) => enhance(form));
  D.readyState == "loading" ? D.addEventListener("DOMContentLoaded", run) : run();
})();
