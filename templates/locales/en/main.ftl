### English wording of mails and pages. Plain text only: markup belongs in the templates.
### A key that ends in -before, -middle or -after is a part of a sentence around a link or bold words.

## Dates and times

# The digits of numbers and dates: "latn" for 0 to 9, "arab" for those of Arabic, "arabext" for those of Persian.
number-digits = latn

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

date-long = { $day } { $month } { $year }
date-weekday = { $weekday }, { $day } { $month } { $year }
# Arguments: $hour24 $hour12 $minute $half (am or pm) $has_minutes (yes or no); each language uses those it needs.
time-of-day = { $has_minutes ->
    [yes] { $hour12 }:{ $minute } { $half }
   *[no] { $hour12 } { $half }
}
date-and-time = { $date } at { $time }

## Every page

page-title = { $state } – { $publisher }
page-error-title = Error: { $title }
page-home = Back to the home page
page-contact = Contact: { $contact }
imprint = Legal notice
privacy = Privacy

## Sign-up form

form-heading = Get { $newsletter } by email
form-heading-generic = Subscribe to our newsletters
form-latest = See the latest edition
form-email = Email address
form-submit = Subscribe
form-extra = Also { $newsletter }
form-extras-legend = More newsletters
form-choose-legend = Which newsletters would you like?
form-fine-print = Free. Unsubscribe at any time. We first send you an email so that you can confirm.
form-no-tracking = We do not measure whether you open our emails.
form-honeypot = Please leave empty
form-error-address = Enter your email address, like name@example.com
form-error-newsletter = Choose at least one newsletter
form-busy = Sending…
form-failed = That did not work. Please try again.
form-too-many = Too many attempts. Please wait a few minutes.
form-hint-disposable = This looks like an address that works for some minutes only. If you want to keep it, press the button again.
form-error-disposable = This address works for some minutes only. Please use one that you keep.

## Check your inbox

inbox-heading = Check your inbox
inbox-sent = If the address is right, we have sent you an email. Click the link in it to finish.
inbox-lifetime = { $days ->
    [one] The link works for { $days } day.
   *[other] The link works for { $days } days.
}
inbox-help = Not received an email?
inbox-help-wait = Emails can take a few minutes. Look in your spam folder.
inbox-help-sender = The sender is { $sender }.
inbox-again = Enter the address again

## Confirmation page and its outcomes

confirm-heading = One click left
confirm-before = Confirm that
confirm-one-middle = should get
confirm-one-after = .
confirm-many-after = { " " }should get these newsletters:
confirm-button = Yes, subscribe me
confirm-wrong = Wrong? Just close this page.
confirm-auto = This page does it by itself after you have looked at it for 3 seconds. You can press the button at once, or close the page if this is a mistake.
confirm-auto-stop = Do not do it by itself
hidden-link = For machines only
hidden-heading = There is nothing to do here
hidden-why = This link is hidden in our emails, so that we can tell machines such as virus scanners from people. Nothing has changed. To confirm your subscription, go back to the email and use the button in it.

confirmed-heading = You are subscribed
confirmed-one = You now get { $newsletter }.
confirmed-next-before = The next edition comes
confirmed-next-after = .
confirmed-next-unknown = The next edition comes as soon as there is something new.
confirmed-latest = Read the latest edition
confirmed-latest-of = Read the latest edition of { $newsletter }
readers-feed = { $newsletter } as a feed, for you alone (Atom)
readers-feed-ask = { $newsletter } as a feed, for you alone: email me my link

already-confirmed-one = You already get { $newsletter }
already-confirmed-many = You already get these newsletters
already-confirmed-note = There is nothing left to do.

expired-heading = This link has expired
expired-explanation = Links work for a few days only.
expired-resend = Send a new link
expired-resend-note = You need not type anything again.
expired-again = Subscribe again

unknown-heading = We do not know this link
unknown-explanation = Maybe it was cut off: copy the whole address from the email.
unknown-again = Subscribe again

ended-heading-one = { $newsletter } has ended
ended-heading-many = These newsletters have ended
ended-explanation = It is no longer possible to subscribe.
ended-others = See our other newsletters

## Unsubscribe

unsubscribe-heading = Unsubscribe from { $newsletter }?
unsubscribe-note = Nothing changes until you press the button.
unsubscribe-button = Unsubscribe
unsubscribed-heading = You no longer get { $newsletter }
unsubscribed-note = This takes effect at once.
unsubscribed-mistake = Was that a mistake?
already-unsubscribed-heading = You have already unsubscribed
already-unsubscribed-note = You do not get { $newsletter }.
subscribe-again = Subscribe again

## Unsubscribe: instead of it, and after it

unsubscribe-or = Or:
unsubscribe-weekly = Once a week instead
unsubscribe-pause = Pause for a month
unsubscribe-all = Stop all newsletters
pause-until = Until { $date } you get nothing.
pause-open = You get nothing until you resume it.
done-weekly = Saved. You now get { $newsletter } once a week.
done-paused = Saved. Until { $date } you get nothing.
done-all = You no longer get any newsletter.
done-undone = You get { $newsletter } again, as before.
done-too-late = This can no longer be undone. You can subscribe again.
done-reason = Thank you.
unsubscribed-undo = Undo
unsubscribed-undo-note = For 24 hours you can get it back as it was.
unsubscribed-undo-wording = Undo
why-legend = Would you tell us why? (optional)
why-too-many = Too many emails
why-not-interesting = Not interesting
why-not-signed-up = I did not sign up
why-other = Other
why-send = Send
never-heading = Someone else entered your address?
never-note = We can keep it from ever being used again: no newsletter, no request to confirm.
never-button = Never write to this address
never-done = We never write to this address again.

## Other pages

test-link-heading = This link comes from a test copy
test-link-note = Nothing was changed. In the email that goes to readers the link does its work.
directory-heading = Newsletters
directory-open = Get { $newsletter }
problem-status = Error { $status }
problem-not-found = This page does not exist
problem-not-found-detail = Check the address, or start again from the home page.
problem-invalid = We could not read that
problem-invalid-detail = Please go back and send the form again.
problem-too-large = That was too much
problem-too-large-detail = The form is larger than this server accepts.
problem-too-many = That was very often
problem-too-many-detail = So many requests came from your network that we take a break. Please try again later.
problem-unavailable = We cannot be reached for a moment
problem-unavailable-detail = Nothing was lost. Please try again in a minute.
problem-internal = Something went wrong on our side
problem-internal-detail = Please try again. If it happens again, tell us: we have kept a note of it.

## Every mail

mail-kind = email
# A word before a link, in text mails.
mail-label = { $label }:
mail-sent-to = This email went to { $address }.
mail-imprint-line = Legal notice: { $url }
mail-privacy-line = Privacy: { $url }

## Confirmation mail

confirmation-subject = Please confirm: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Please confirm: { $newsletter } and { $others } more
   *[other] Please confirm: { $newsletter } and { $others } more
}
confirmation-preheader = { $days ->
    [one] One click and you are in. The link works for { $days } day.
   *[other] One click and you are in. The link works for { $days } days.
}
confirmation-heading = Confirm your subscription
confirmation-one-before = You, or someone else, entered this address on { $site } to get
confirmation-one-after = .
confirmation-many = You, or someone else, entered this address on { $site } to get these newsletters:
confirmation-button = Go to confirmation
confirmation-copy = Or copy this address into your browser:
confirmation-until = The link works until { $date }.
confirmation-not-you = Was that not you? Then do nothing. We will not write again.

## Mail to an address that is subscribed already

already-subject = You already get { $newsletter }
already-subject-many = { $others ->
    [one] You already get { $newsletter } and { $others } more
   *[other] You already get { $newsletter } and { $others } more
}
already-preheader = There is nothing left to do.
already-one-before = This address was just entered again for
already-one-after = . You already get this newsletter, so nothing changes.
already-many = This address was just entered again for these newsletters. You already get them, so nothing changes.
already-not-you = Was that not you? Then do nothing.
already-stop = Do you want to stop?

## Digest

digest-label = { $newsletter } of { $date }
digest-test = Test: this copy went only to you.
digest-browser-link = View in browser
digest-stories = { $count ->
    [one] { $count } story
   *[other] { $count } stories
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minute
   *[other] { $minutes }{ "\u00A0" }minutes
}
digest-byline = By { $names }
digest-story-time = { $minutes }{ "\u00A0" }min read
digest-brief = In brief
digest-all-stories = All stories on { $site }
digest-why = Why do you get this email?
digest-ordered-before = You ordered “{ $newsletter }” on
digest-ordered-frequency-before = You ordered “{ $newsletter }” ({ $frequency }) on
digest-ordered-middle = with the address
digest-ordered-after = .
digest-unsubscribe = Unsubscribe from { $newsletter }
digest-preferences = Get it less often, pause, or change what you get
digest-forwarded = Forwarded to you?
digest-forwarded-link = Subscribe
digest-invite = { $newsletter } by email
digest-invite-text = This edition also comes by email.
digest-invite-link = Subscribe to { $newsletter }

## Mail to readers who were sent what was wrong

correction-subject = Correction: { $title }
correction-heading = Correction
correction-about = The edition of { $date } held the story “{ $title }”.

## Mail to editors: an edition waits for approval

approval-subject = Please approve: { $newsletter }: { $subject }
approval-heading = An edition waits for your approval
approval-what = The next edition of { $newsletter } is ready, with { $articles ->
    [one] one article
   *[other] { $articles } articles
} for { $readers ->
    [one] one reader
   *[other] { $readers } readers
}.
approval-when = It is to be sent on { $date } at { $time } ({ $zone }).
approval-deadline-send_anyway = Unless somebody holds it, it is sent after { $time } on { $date } also without approval.
approval-deadline-skip = If nobody has approved it by { $time } on { $date }, it is not sent, and its articles are in the next edition.
approval-deadline-hold = If nobody has approved it by { $time } on { $date }, it waits until somebody does.
approval-look = Look at the edition
approval-approve = Approve
approval-hold = Hold it back
approval-hash = An approval is for exactly this version ({ $hash }). If content or readers change, we ask again, and these links stop working.

## Pages for editors

review-approve-heading = Approve this edition?
review-approve-note = It goes to { $readers ->
    [one] one reader
   *[other] { $readers } readers
}.
review-approve-button = Yes, send it
review-hold-heading = Hold this edition back?
review-hold-note = Nothing of it is sent until somebody approves or releases it. It is meant for { $readers ->
    [one] one reader
   *[other] { $readers } readers
}.
review-hold-button = Yes, hold it back
review-approved-heading = Approved
review-approved-note = The edition is sent at its time, to { $readers ->
    [one] one reader
   *[other] { $readers } readers
}.
review-held-heading = Held back
review-held-note = Nothing of the edition is sent until somebody approves or releases it.
review-changed-heading = The edition has changed
review-changed-note = It is not the version that your email was about. Please look at the new one before you approve it.
review-closed-heading = There is nothing to decide any more
review-closed-note = The edition does not wait for approval any more.
review-unknown-heading = We do not know this link
review-unknown-note = Maybe it was cut off, or the edition has changed since and you have a newer email.
review-warnings = { $count ->
    [one] { $count } remark about its mail (in English)
   *[other] { $count } remarks about its mail (in English)
}
review-hash = Version { $hash }

## The archive

archive-heading = Archive
archive-open = Read past editions
archive-none = There is nothing to read here yet.
archive-newsletter-heading = { $newsletter }: past editions
archive-empty = No edition has been sent yet.
archive-older = Older editions
archive-newest = Newest editions
archive-feed = As a feed (Atom)
archive-all = All newsletters

## While sign-ups are under attack

proof-heading = One moment, please
proof-why = Machines are filling in our form at present. So that we can tell you apart from them, your browser does a small sum.
proof-working = It takes some seconds and goes on by itself.
proof-without-script = Your browser cannot do it, because scripts are switched off or not available. Please try again in some hours, or write to { $contact } and we add you.

## Mail to the newsroom: sign-ups are under attack

attack-subject = { $publisher }: sign-ups are under attack
attack-heading = Sign-ups are under attack
attack-seen = In the last { $minutes } minutes there were { $requests } sign-ups; { $normal } are normal, and from { $threshold } on we take it for an attack.
attack-asked = They caused { $asked } emails, of which readers confirmed { $confirmed }.
attack-now = From now on each sign-up needs a proof of work, which browsers do by themselves. That ends by itself when it is calm again; you need not do anything. Afterwards you can remove readers who came with the attack and never confirmed.
attack-look = How things stand
attack-purge = When it is over, what would be removed

## Preferences

preferences-heading = Your newsletters
preferences-saved-title = Saved: { $title }
preferences-for = For
preferences-suppressed = This address is on the list of those to which nothing is ever sent.
preferences-none = You do not get any newsletter.
preferences-since = since { $date }
preferences-how = How often, language, format, pause
preferences-every = How often?
every-newsletter = As the newsletter comes
every-publication = As soon as something is published
every-day = Once a day
every-weekday = Monday to Friday
every-week = Once a week
every-month = Once a month
preferences-when-note = The day counts for once a week; hour and time zone for all but the first two.
preferences-weekday = Day of the week
preferences-hour = Hour
preferences-zone = Time zone
preferences-language = Language of emails about it
preferences-format = Format
preferences-html = With pictures and layout
preferences-text = Text only
preferences-save = Save
preferences-pause = Pause until
preferences-pause-button = Pause
preferences-resume = Resume now
preferences-more = More newsletters
preferences-join = Get this, too
preferences-data = Your address and your data
preferences-address = New email address
preferences-address-button = Change address
preferences-address-note = We send a link to the new address. It changes when you click it; the old one is told.
preferences-forwarded = Newsletters are forwarded. To see or change your address, have a fresh link sent to it.
preferences-ask-link = Email me my link
preferences-wrong-zone = We do not know this time zone. Choose one from the list, like Europe/Berlin.
preferences-wrong-date = Choose a day between tomorrow and a year from now.
preferences-done-saved = Saved: { $newsletter }
preferences-done-paused = Saved. { $newsletter } pauses.
preferences-done-joined = You now get { $newsletter }.
preferences-done-left = You no longer get { $newsletter }.
preferences-done-address = If the new address can be used, we have sent a link to it. Your address changes when you click it.
preferences-ask-heading = Your newsletters and settings
preferences-ask-note = Enter the address to which your newsletters come. We send a link to it.
preferences-ask-again = Have a new one sent.
preferences-ask-button = Email me my link
preferences-sent = If we know the address, we have sent a link to it. It works for 7 days.

address-confirm-heading = Change your address?
address-confirm-note = Your newsletters then come to { $address }.
address-confirm-button = Yes, change it
address-stop-heading = Stop the change of address?
address-stop-note = Somebody asked that your newsletters come to { $address } from now on.
address-stop-button = Yes, stop it
address-done-heading = Your address has changed
address-done-note = Your newsletters come to { $address }.
address-stopped-heading = The change was stopped
address-stopped-note = Your newsletters come where they came before.
address-taken-heading = This address cannot be used
address-taken-note = It already belongs to a reader, or must not be written to. Nothing was changed.

## Mail with a link that a reader asked for

link-preferences-subject = Your link: newsletters of { $publisher }
link-preferences-heading = Your newsletters and settings
link-preferences-note = With this link you see and change what you get. Do not pass it on: whoever has it can act in your name.
link-preferences-button = To my newsletters
link-new-subject = Please confirm your new address
link-new-note = The newsletters of { $publisher } are to come to this address from now on.
link-new-button = To the change of address
link-old-subject = Your address is to change
link-old-note = Somebody with your link asked that your newsletters come to { $address } from now on. It changes when the new mailbox confirms it.
link-old-button = Stop the change
link-taken-subject = This address already gets newsletters
link-taken-note = Somebody wanted to move their newsletters to this address. It is a reader's already, so nothing was changed. With this link you see what comes here.
link-until = The link works until { $date }.
link-not-you = Was that not you? Then do nothing.
link-old-not-you = Was that you? Then you need not do anything here.

## Export and erasure

preferences-export = Download all data we hold about you (JSON)
preferences-erase = Delete everything
erase-heading = Delete everything?
erase-note = You get no more newsletters and we forget you. This cannot be undone. What stays is a coded mark that keeps others from entering your address again; you yourself can subscribe at any time.
erase-button = Yes, delete everything
erase-back = Back to my newsletters
erase-done-heading = Everything is deleted
erase-done-note = You get no more newsletters, and we hold nothing about you any more.

## Record of consent, for the newsroom

consent-heading = Record of consent
consent-whole = The record is complete and unchanged: the seal of every entry is right.
consent-broken = The record cannot be relied on: entries were changed or are missing.
consent-address = Address
consent-newsletter = Newsletter
consent-issued = Issued
consent-time = Time
consent-obtained = Consent given, on
consent-source = Came through
consent-wording = Wording at the button
consent-page = Page
consent-user-agent = Program of the client
consent-client = Address of the client
consent-sealed = Sealed later, on
consent-seal = Seal
consent-action-requested = Requested
consent-action-confirmed = Confirmed
consent-action-withdrawn = Withdrawn
consent-action-added = Added by the newsroom
consent-action-changed = Changed
consent-action-restored = Restored
consent-source-form = Sign-up form
consent-source-json = Sign-up by a program
consent-source-confirm-page = Page behind the confirmation link
consent-source-unsubscribe-page = Page behind the unsubscribe link
consent-source-preferences = The reader's own page
consent-source-one-click = Button of the mail program
consent-source-api = The newsroom's systems
consent-source-demo = Demonstration
