"""Alipay's own client for Python, unchanged, against Planet's sandbox and against what Planet signs.

Usage: client.py input.json   (what it reads is made by tests/it/alipay.rs)
It prints notifies that its own functions signed, for Planet to verify.
"""

import json
import re
import socket
import sys
import urllib.request
from urllib.parse import parse_qsl, quote_plus, urlsplit

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayTradeAppPayModel import AlipayTradeAppPayModel
from alipay.aop.api.domain.AlipayTradeCloseModel import AlipayTradeCloseModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePagePayModel import AlipayTradePagePayModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.request.AlipayTradeAppPayRequest import AlipayTradeAppPayRequest
from alipay.aop.api.request.AlipayTradeCloseRequest import AlipayTradeCloseRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePagePayRequest import AlipayTradePagePayRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util.SignatureUtils import (
    get_sign_content,
    sign_with_rsa,
    sign_with_rsa2,
    verify_with_rsa,
)
from Crypto.PublicKey import RSA

with open(sys.argv[1], encoding="utf-8") as file:
    given = json.load(file)
gateway = urlsplit(given["gateway_url"])

# The client speaks to ports 80 and 443 alone. Its calls to port 80 of this host, and only those, are
# led to the sandbox's port; the client itself stays as it is.
connect = socket.create_connection


def connect_to_sandbox(address, *arguments, **named):
    if address == (gateway.hostname, 80):
        address = (gateway.hostname, gateway.port)
    return connect(address, *arguments, **named)


socket.create_connection = connect_to_sandbox


def client(**changes):
    config = AlipayClientConfig()
    config.server_url = f"http://{gateway.hostname}{gateway.path}"
    config.app_id = given["app_id"]
    config.app_private_key = given["merchant_private"]
    config.alipay_public_key = given["gateway_public"]
    for name, value in changes.items():
        setattr(config, name, value)
    return DefaultAlipayClient(config)


def parameters(form):
    return dict(parse_qsl(form, keep_blank_values=True, strict_parsing=True))


def verifies(form, key, omitted):
    signed = {name: value for name, value in form.items() if name not in omitted}
    try:
        return verify_with_rsa(key, get_sign_content(signed).encode("utf-8"), form["sign"])
    except Exception:
        return False


def model(kind, **members):
    made = kind()
    for name, value in members.items():
        setattr(made, name, value)
    return made


# 1. It verifies what we sign as a merchant.
ours = [
    parameters(urlsplit(given["ours"]["page_url"]).query),
    parameters(urlsplit(given["ours"]["wap_url"]).query),
    parameters(given["ours"]["order_string"]),
] + [
    {**parameters(urlsplit(call["url"]).query), **parameters(call["body"])}
    for call in given["ours"]["calls"]
]
for request in ours:
    assert verifies(request, given["merchant_public"], {"sign"}), request
    changed = {**request, "timestamp": "2026-01-01 00:00:00"}
    assert not verifies(changed, given["merchant_public"], {"sign"}), request

# 2. It verifies the sandbox's notifies.
for body in given["notifies"]:
    notify = parameters(body)
    assert verifies(notify, given["gateway_public"], {"sign", "sign_type"}), notify
    changed = {**notify, "total_amount": "0.01"}
    assert not verifies(changed, given["gateway_public"], {"sign", "sign_type"}), notify

# 3. A person pays on the page it leads to.
here = f"http://{gateway.hostname}:{gateway.port}"
page_pay = AlipayTradePagePayRequest(
    biz_model=model(
        AlipayTradePagePayModel,
        out_trade_no="python_1",
        total_amount="100.00",
        subject="专辑 100% + \"Rock\"",
        product_code="FAST_INSTANT_TRADE_PAY",
        time_expire=given["time_expire"],
    )
)
page_pay.notify_url = "http://127.0.0.1:1/notify"
url = urlsplit(client().page_execute(page_pay, http_method="GET"))
browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with browser.open(f"{here}{url.path}?{url.query}") as page:
    html = page.read().decode("utf-8")
assert "¥ 100.00" in html, html
button = re.search(r'action="([^"]+/pay)"', html).group(1)
with browser.open(f"{here}{button}", data=b"") as paid:
    assert "<dd>paid</dd>" in paid.read().decode("utf-8")


# 4. It asks, gives back and closes; it verifies each answer itself.
def call(request, content, by=None):
    return json.loads((by or client()).execute(request(biz_model=content)))


trade = call(AlipayTradeQueryRequest, model(AlipayTradeQueryModel, out_trade_no="python_1"))
assert (trade["trade_status"], trade["total_amount"]) == ("TRADE_SUCCESS", "100.00"), trade
refund = dict(out_trade_no="python_1", refund_amount="25.00", out_request_no="python_r1", refund_reason="退货 & more")
for expected in ("Y", "N"):
    made = call(AlipayTradeRefundRequest, model(AlipayTradeRefundModel, **refund))
    assert (made["fund_change"], made["refund_fee"]) == (expected, "25.00"), made
asked = model(AlipayTradeFastpayRefundQueryModel, out_trade_no="python_1", out_request_no="python_r1")
record = call(AlipayTradeFastpayRefundQueryRequest, asked)
assert (record["refund_status"], record["refund_amount"]) == ("REFUND_SUCCESS", "25.00"), record
refund.update(refund_amount="75.01", out_request_no="python_r2")
more = call(AlipayTradeRefundRequest, model(AlipayTradeRefundModel, **refund))
assert more["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", more
close = call(AlipayTradeCloseRequest, model(AlipayTradeCloseModel, out_trade_no="python_1"))
assert close["sub_code"] == "ACQ.TRADE_STATUS_ERROR", close
unknown = call(AlipayTradeQueryRequest, model(AlipayTradeQueryModel, out_trade_no="python_unknown"))
assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST", unknown

# 5. The app pays an order string.
app_pay = AlipayTradeAppPayRequest(
    biz_model=model(
        AlipayTradeAppPayModel,
        out_trade_no="python_2",
        total_amount="0.01",
        subject="a song",
        product_code="QUICK_MSECURITY_PAY",
    )
)
order = client().sdk_execute(app_pay)
to_app = urllib.request.Request(f"{here}/sandbox/alipay/orders", data=order.encode("ascii"), headers={"content-type": "text/plain"})
with browser.open(to_app) as answer:
    assert json.load(answer)["resultStatus"] == "9000"

# 6. Whoever signs with SHA-1 asks in vain.
try:
    call(AlipayTradeQueryRequest, model(AlipayTradeQueryModel, out_trade_no="python_1"), client(sign_type="RSA"))
    raise SystemExit("a request with SHA-1 was answered")
except Exception as refused:
    assert "isv.invalid-signature-type" in str(refused), refused


# 7. It signs notifies for us: its functions, with the gateway's key in the format that they read.
gateway_private = RSA.import_key(given["gateway_private"]).export_key(pkcs=1).decode("ascii")


def notify(sign, charset, **changes):
    form = {**given["notify"], "charset": charset, **changes}
    text = get_sign_content({name: value for name, value in form.items() if name != "sign_type"})
    form["sign"] = sign(gateway_private, text, charset)
    return "&".join(f"{name}={quote_plus(value, encoding=charset)}" for name, value in form.items())


print(
    json.dumps(
        {
            "answered": "all requests were answered as expected",
            "utf_8": notify(sign_with_rsa2, "utf-8"),
            "gbk": notify(sign_with_rsa2, "gbk"),
            "sha1": notify(sign_with_rsa, "utf-8"),
            "sha1_says_so": notify(sign_with_rsa, "utf-8", sign_type="RSA"),
            "foreign": notify(sign_with_rsa2, "utf-8", app_id="9021000000000002"),
        }
    )
)
