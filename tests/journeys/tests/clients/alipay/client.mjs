// Alipay's own client for Node.js, unchanged, against Planet's sandbox and against what Planet signs.
//
// Usage: node client.mjs input.json   (what it reads is made by tests/it/alipay.rs)

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AlipaySdk } from 'alipay-sdk';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const client = (changes = {}) => new AlipaySdk({
  appId: input.app_id,
  privateKey: input.merchant_private,
  keyType: 'PKCS1',
  alipayPublicKey: input.gateway_public,
  gateway: input.gateway_url,
  signType: 'RSA2',
  camelcase: false,
  ...changes,
});
const sdk = client();
const parameters = form => Object.fromEntries(new URLSearchParams(form));
const query = url => parameters(url.slice(url.indexOf('?') + 1));

// 1. It verifies what we sign as a merchant: its check of a notify with our key in Alipay's place.
const reader = client({ alipayPublicKey: input.merchant_public });
const ours = [
  query(input.ours.page_url),
  query(input.ours.wap_url),
  parameters(input.ours.order_string),
  ...input.ours.calls.map(call => ({ ...query(call.url), ...parameters(call.body) })),
];
for (const request of ours) {
  assert.ok(reader.checkNotifySignV2(request), `our ${request.method} verifies`);
  const changed = { ...request, biz_content: request.biz_content.replace('pay_', 'qay_') };
  assert.ok(!reader.checkNotifySignV2(changed), `our ${request.method} verifies when changed`);
}

// 2. It signs the very same: a signature of this kind has no randomness in it.
const order = parameters(input.ours.order_string);
const same = parameters(sdk.sdkExecute('alipay.trade.app.pay', {
  format: order.format,
  timestamp: order.timestamp,
  notifyUrl: order.notify_url,
  bizContent: JSON.parse(order.biz_content),
}));
assert.deepEqual(same, order);

// 3. It verifies the sandbox's notifies.
for (const body of input.notifies) {
  const notify = parameters(body);
  assert.ok(sdk.checkNotifySignV2(notify), `${notify.trade_status} verifies`);
  assert.ok(!sdk.checkNotifySignV2({ ...notify, total_amount: '0.01' }));
}

// 4. A person pays on the page it leads to; its return verifies.
const bizContent = {
  out_trade_no: 'npm_1',
  total_amount: '100.00',
  subject: '专辑 100% + "Rock"',
  product_code: 'FAST_INSTANT_TRADE_PAY',
  time_expire: input.time_expire,
};
const addresses = { notifyUrl: 'http://127.0.0.1:1/notify', returnUrl: 'http://127.0.0.1:1/back?a=1' };
const url = sdk.pageExecute('alipay.trade.page.pay', 'GET', { bizContent, ...addresses });
const page = await fetch(url);
assert.equal(page.status, 200);
const html = await page.text();
assert.match(html, /¥ 100\.00/);
assert.match(html, /专辑 100% \+ &quot;Rock&quot;/);

const form = sdk.pageExecute('alipay.trade.page.pay', 'POST', { bizContent, ...addresses });
const action = form.match(/action="([^"]+)"/)[1];
const inputs = [...form.matchAll(/name="([^"]+)" value="([^"]+)"/g)]
  .map(([, name, value]) => [name, value.replaceAll('&quot;', '"')]);
const submitted = await fetch(action, { method: 'POST', body: new URLSearchParams(inputs) });
assert.equal(submitted.status, 200);

const button = html.match(/action="([^"]+\/pay)"/)[1];
const paid = await fetch(new URL(button, input.gateway_url), { method: 'POST', redirect: 'manual' });
assert.equal(paid.status, 303);
const back = query(paid.headers.get('location'));
delete back.a;
assert.ok(sdk.checkNotifySignV2(back), 'the return verifies');

// 5. It asks, gives back and closes; it verifies each answer itself.
const exec = (method, content, by = sdk) =>
  by.exec(method, { bizContent: content }, { validateSign: true });
const trade = await exec('alipay.trade.query', { out_trade_no: 'npm_1' });
assert.equal(trade.trade_status, 'TRADE_SUCCESS');
assert.equal(trade.total_amount, '100.00');
assert.equal(trade.subject, bizContent.subject);

const refund = { out_trade_no: 'npm_1', refund_amount: '25.00', out_request_no: 'npm_r1' };
for (const expected of ['Y', 'N']) {
  const made = await exec('alipay.trade.refund', refund);
  assert.deepEqual([made.code, made.fund_change, made.refund_fee], ['10000', expected, '25.00']);
}
const record = await exec('alipay.trade.fastpay.refund.query', {
  trade_no: trade.trade_no,
  out_request_no: 'npm_r1',
});
assert.deepEqual([record.refund_status, record.refund_amount], ['REFUND_SUCCESS', '25.00']);
const none = await exec('alipay.trade.fastpay.refund.query', {
  out_trade_no: 'npm_1',
  out_request_no: 'npm_r2',
});
assert.deepEqual([none.code, none.refund_status], ['10000', undefined]);
const more = await exec('alipay.trade.refund', { ...refund, out_request_no: 'npm_r2', refund_amount: '75.01' });
assert.deepEqual([more.code, more.sub_code], ['40004', 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL']);
const close = await exec('alipay.trade.close', { out_trade_no: 'npm_1' });
assert.deepEqual([close.code, close.sub_code], ['40004', 'ACQ.TRADE_STATUS_ERROR']);
const unknown = await exec('alipay.trade.query', { out_trade_no: 'npm_unknown' });
assert.deepEqual([unknown.code, unknown.sub_code], ['40004', 'ACQ.TRADE_NOT_EXIST']);

// 6. The app pays an order string; the result verifies as an answer does.
const orderString = sdk.sdkExecute('alipay.trade.app.pay', {
  bizContent: { ...bizContent, out_trade_no: 'npm_2', product_code: 'QUICK_MSECURITY_PAY' },
  notifyUrl: addresses.notifyUrl,
});
const app = await (await fetch(new URL('orders', input.gateway_url), { method: 'POST', body: orderString })).json();
assert.equal(app.resultStatus, '9000');
sdk.checkResponseSign(app.result, 'alipay_trade_app_pay_response', JSON.parse(app.result).sign, 'trace');

// 7. Whoever signs with another key, or with SHA-1, asks in vain.
for (const by of [
  client({ privateKey: input.gateway_private, keyType: 'PKCS8' }),
  client({ signType: 'RSA' }),
]) {
  await assert.rejects(exec('alipay.trade.query', { out_trade_no: 'npm_1' }, by));
}

// 8. What it believes though it should not, so that nobody takes it for the measure of ours: SHA-1 if
// the message says so, and a state folded into the parameter before it.
const signedWithSha1 = client({ privateKey: input.gateway_private, keyType: 'PKCS8', signType: 'RSA' });
const loose = {
  sha1: signedWithSha1.sdkExecute('alipay.trade.app.pay', { bizContent }),
  folded: input.notifies[0].replace('&trade_status=', '%26trade_status%3D'),
};
assert.ok(sdk.checkNotifySignV2(parameters(loose.sha1)), 'it believes SHA-1');
assert.ok(sdk.checkNotifySignV2(parameters(loose.folded)), 'it believes a folded parameter');
assert.equal(parameters(loose.folded).trade_status, undefined);

console.log(JSON.stringify({ answered: 'all requests were answered as expected', ...loose }));
