"""The library of Standard Webhooks for Python, unchanged, against what Planet signs; and the package
`cryptography` for the signatures that it does not know (v1a).

Usage: client.py input.json   (what it reads is made by tests/it/webhook_signatures.rs)
It prints what they sign, for Planet to verify.
"""

import base64
import json
import sys
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError


def is_refused(error, call):
    """Whether `call` fails, and with this error."""
    try:
        call()
    except error:
        return True
    return False


def tried(message):
    """Verifies one message in every way, and signs it under names of our own."""
    headers, body = message["headers"], message["body"]
    ident, timestamp, signature = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    changed = body.replace('"number"', '"Number"')

    webhook = Webhook(message["secret"])
    assert webhook.verify(body, headers) == json.loads(body), ident
    assert is_refused(WebhookVerificationError, lambda: webhook.verify(changed, headers)), ident

    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(message["public_key"][5:]))
    asymmetric = next(each for each in signature.split(" ") if each.startswith("v1a,"))
    asymmetric = base64.b64decode(asymmetric[4:])
    public.verify(asymmetric, f"{ident}.{timestamp}.{body}".encode())
    wrong = f"{ident}.{timestamp}.{changed}".encode()
    assert is_refused(InvalidSignature, lambda: public.verify(asymmetric, wrong)), ident

    sent = datetime.fromtimestamp(int(timestamp), tz=timezone.utc)
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(message["signing_key"][5:]))
    text = f"{ident}_cryptography.{timestamp}.{body}".encode()
    return [
        {"id": f"{ident}_python", "signature": webhook.sign(f"{ident}_python", sent, body)},
        {
            "id": f"{ident}_cryptography",
            "signature": "v1a," + base64.b64encode(private.sign(text)).decode(),
        },
    ]


with open(sys.argv[1], encoding="utf-8") as file:
    messages = json.load(file)["messages"]
print(json.dumps({"verified": len(messages), "signed": [tried(message) for message in messages]}))
