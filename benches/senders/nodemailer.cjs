// nodemailer's pool as the benchmark's reference. Arguments: port, mails, connections, what ("raw", or "build"), and a
// file with a whole message.
const fs = require("fs");
const nodemailer = require("nodemailer");

const [port, mails, connections, what, file] = process.argv.slice(2);
const raw = fs.readFileSync(file);
// As much text as the message has, a third plain and two thirds HTML.
const lines = (size) => "The council voted for the bridge after a long night of talks.\n".repeat(size / 62);
const [text, html] = [lines(raw.length / 3), lines((raw.length * 2) / 3)];

const transport = nodemailer.createTransport({
    host: "127.0.0.1", port: Number(port), secure: false, ignoreTLS: true,
    pool: true, maxConnections: Number(connections), maxMessages: Infinity,
});

const mail = (number) => {
    const to = `reader-${number}@example.org`;
    const envelope = { from: "newsletter@news.example.org", to };
    return what === "raw" ? { envelope, raw } : { from: envelope.from, to, subject: "The Morning", text, html };
};

(async () => {
    const all = [];
    for (let number = 0; number < Number(mails); number += 1) {
        all.push(transport.sendMail(mail(number)));
    }
    await Promise.all(all);
    transport.close();
})();
