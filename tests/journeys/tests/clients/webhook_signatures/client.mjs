// The libraries of Standard Webhooks for Node.js, unchanged, against what Planet signs; and Node's own
// cryptography for the signatures that they do not know (v1a).
//
// Usage: node client.mjs input.json   (what it reads is made by tests/it/webhook_signatures.rs)
// It prints what they sign, for Planet to verify.

import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

// What stands before the bytes of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo.
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const bytesOf = text => Buffer.from(text.slice('whsk_'.length), 'base64');
const privateKeyOf = text =>
  createPrivateKey({ key: Buffer.concat([PRIVATE, bytesOf(text)]), format: 'der', type: 'pkcs8' });
const publicKeyOf = text =>
  createPublicKey({ key: Buffer.concat([PUBLIC, bytesOf(text)]), format: 'der', type: 'spki' });

const { messages } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const changed = body => body.replace('"number"', '"Number"');

const signed = messages.map(({ secret, signing_key, public_key, headers, body }) => {
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(name => headers[`webhook-${name}`]);

  // Both libraries verify what we sign, and see that it is changed.
  for (const Webhook of [Standard, Svix]) {
    const webhook = new Webhook(secret);
    assert.deepEqual(webhook.verify(body, headers), JSON.parse(body), id);
    assert.throws(() => webhook.verify(changed(body), headers), /No matching signature/, id);
  }
  // So does Node.
  const publicKey = publicKeyOf(public_key);
  const asymmetric = signature.split(' ').find(each => each.startsWith('v1a,'));
  const verifies = text => verify(
    null, Buffer.from(`${id}.${timestamp}.${text}`), publicKey, Buffer.from(asymmetric.slice(4), 'base64'));
  assert.ok(verifies(body), id);
  assert.ok(!verifies(changed(body)), id);

  // Each signs the same message under a name of its own.
  const sent = new Date(timestamp * 1000);
  const privateKey = privateKeyOf(signing_key);
  const text = Buffer.from(`${id}_node.${timestamp}.${body}`);
  return [
    { id: `${id}_standard`, signature: new Standard(secret).sign(`${id}_standard`, sent, body) },
    { id: `${id}_svix`, signature: new Svix(secret).sign(`${id}_svix`, sent, body) },
    { id: `${id}_node`, signature: `v1a,${sign(null, text, privateKey).toString('base64')}` },
  ];
});

process.stdout.write(JSON.stringify({ verified: messages.length, signed }));
