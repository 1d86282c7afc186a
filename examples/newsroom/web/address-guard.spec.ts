import type { LookupAddress } from 'node:dns';
import { checkUrl, guardedLookup, isPublicAddress } from './address-guard.js';

describe('isPublicAddress', () => {
  it.each(['93.184.215.14', '8.8.8.8', '2606:4700::6810:84e5'])('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('checkUrl', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1:8080/',
    'http://１２７.0.0.1/',
    'file:///etc/passwd',
    'ftp://a.example/',
    'data:text/html,hi',
    'not a url',
    'https://user:secret@a.example/',
  ])('refuses %s', (url) => {
    expect(() => checkUrl(url, false)).toThrow(expect.objectContaining({ code: 'ADDRESS_REFUSED' }));
  });

  it('never repeats a password', () => {
    expect(() => checkUrl('https://user:secret@a.example/', true)).toThrow(/^(?!.*secret)/);
  });

  it('takes names, public addresses, and private ones where they are allowed', () => {
    expect(checkUrl('https://a.example/x', false).href).toBe('https://a.example/x');
    expect(checkUrl('http://93.184.215.14/', false).hostname).toBe('93.184.215.14');
    expect(checkUrl('http://127.0.0.1/', true).hostname).toBe('127.0.0.1');
  });
});

describe('guardedLookup', () => {
  const lookup = (name: string): Promise<string | LookupAddress[]> =>
    new Promise((resolve, reject) => {
      guardedLookup(name, {}, (error, address) => (error ? reject(error) : resolve(address)));
    });

  it('refuses a name that resolves to a private address', async () => {
    await expect(lookup('localhost')).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });

  it('hands a public address on', async () => {
    expect(await lookup('93.184.215.14')).toBe('93.184.215.14');
  });

  it('passes on that there is no such name', async () => {
    await expect(lookup('no such name')).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});
