"""aiosmtplib as the benchmark's reference.

Arguments: port, mails, connections, what ("raw", or "build"), and a file with a whole message.
"""

import asyncio
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

SENDER = "newsletter@news.example.org"


def built(recipient, size):
    """A message of about that size, a third plain text and two thirds HTML."""
    line = "The council voted for the bridge after a long night of talks.\n"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, recipient, "The Morning"
    message.set_content(line * (size // 3 // len(line)))
    message.add_alternative(line * (size * 2 // 3 // len(line)), subtype="html")
    return message


async def connection(port, numbers, what, raw):
    """Sends over one connection until no number is left."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        for number in numbers:
            recipient = f"reader-{number}@example.org"
            if what == "raw":
                await client.sendmail(SENDER, [recipient], raw)
            else:
                await client.send_message(built(recipient, len(raw)))


async def main():
    port, mails, connections, what, file = sys.argv[1:]
    raw, numbers = Path(file).read_bytes(), iter(range(int(mails)))
    await asyncio.gather(*(connection(int(port), numbers, what, raw) for _ in range(int(connections))))


asyncio.run(main())
