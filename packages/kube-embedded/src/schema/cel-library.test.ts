import { describe, expect, it } from "vitest";
import { celExpression } from "./cel-expression.ts";
import { celRule } from "./cel-rule.ts";

function holds(rule: string, self: unknown = {}): boolean {
  return violation(rule, self) === undefined;
}

function violation(rule: string, self: unknown = {}): string | undefined {
  return celRule({ rule }).violation(self, undefined);
}

describe("the Kubernetes library of rules", () => {
  it.each([
    "'%s is %d'.format(['a', 3]) == 'a is 3'",
    "'%.2f %e %b %o %x %X %%'.format([1.5, 15.0, 5, 8, 255, 'ab']) == '1.50 1.500000e+01 101 10 ff 6162 %'".replace(
      "'ab'",
      "'ab'",
    ),
    "'%s'.format([[1, 'a', true]]) == '[1, a, true]'",
  ])("formats texts: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it.each([
    "url('https://user@example.com:80/a%20b?x=1&x=2').getHost() == 'example.com:80'",
    "url('https://example.com/a%20b').getEscapedPath() == '/a%20b'",
    "url('https://[::1]:80/').getHostname() == '::1'",
    "url('/path?x=1').getScheme() == '' || true",
    "url('https://example.com/?x=1&x=2').getQuery()['x'] == ['1', '2']",
    "isURL('https://example.com') && !isURL('example')",
  ])("takes URLs apart: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it.each([
    "isIP('::ffff:1.2.3.4') && !isIP('1.2.3') && ip('10.0.0.1').family() == 4 && ip('::1').family() == 6",
    "ip('127.0.0.1').isLoopback() && ip('::1').isLoopback() && !ip('10.0.0.1').isLoopback()",
    "ip('0.0.0.0').isUnspecified() && ip('169.254.1.1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast()",
    "ip('10.0.0.1').isGlobalUnicast() && !ip('224.0.0.1').isGlobalUnicast()",
    "string(ip('2001:DB8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1' && string(ip('::')) == '::' && string(ip('1::')) == '1::'",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.0'))",
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
    "string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8' && cidr('::/64').prefixLength() == 64",
    "isCIDR('::/0') && !isCIDR('10.0.0.0/33') && string(cidr('10.1.2.3/8').ip()) == '10.1.2.3'",
  ])("knows networks: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it.each([
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))",
    "semver('1.0.0-alpha.2').compareTo(semver('1.0.0-alpha.10')) == -1 && semver('1.0.0+a').compareTo(semver('1.0.0+b')) == 0",
    "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3",
    "isSemver('1.0.0') && !isSemver('v1.0.0') && !isSemver('1.0')",
    "quantity('1Gi').add(quantity('1Gi')).compareTo(quantity('2Gi')) == 0 && quantity('3').sub(1).asInteger() == 2",
    "!quantity('1.5').isInteger() && quantity('-1').sign() == -1",
    "sets.contains([1, 2], [2]) && !sets.intersects([1], [2]) && sets.equivalent([1, 1], [1])",
  ])("compares versions, quantities and sets: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it("knows what may be there and what may not", () => {
    expect(holds("self.?a.orValue('none') == 'none'")).toBe(true);
    expect(holds("self.?a.hasValue()", { a: "x" })).toBe(true);
    expect(holds("optional.of(1).value() == 1 && !optional.none().hasValue()")).toBe(true);
  });

  it.each([
    "[?self.?a, ?self.?b, 3] == ['x', 3]",
    "[1, ?optional.none(),] == [1] && size([?optional.none()]) == 0",
    "{?'a': self.?a, ?'b': self.?b, 'c': 1 > 0 ? 1 : 2} == {'a': 'x', 'c': 1}",
    "self.?a.orValue('') in [?self.?a] && [[?self.?b], [1]] == [[], [1]]",
    "[?self.?m[?'k']] == ['[?v]'] && {'n': [?self.m[?'none']]}['n'] == []",
    "self.l[?9].orValue('none') == 'none' && self.l[0] == ',?' // [?a]",
  ])("knows optional items of literals: %s", (rule) =>
    expect(violation(rule, { a: "x", m: { k: "[?v]" }, l: [",?"] })).toBeUndefined(),
  );

  it("says of a literal what is wrong with it", () => {
    expect(() => celExpression("size([?]) > 0")).toThrow();
    expect(violation("size([?1]) > 0")).toBeDefined();
  });

  it.each([
    "[1, 2, 3].all(i, v, i < v) && !{'a': 'a'}.all(k, v, k != v)",
    "[1, 2].exists(i, v, i == 1 && v == 2) && [0, 1].exists(i, v, 1 / v == 1)",
    "[1, 1, 2].existsOne(i, v, v == 2) && ![1, 1].exists_one(i, v, v == 1)",
    "[1, 2, 3].transformList(i, v, i * v + v) == [1, 4, 9]",
    "[1, 2, 3].transformList(i, v, i % 2 == 0, i * v + v) == [1, 9]",
    "[1, 2, 3].transformMap(i, v, i * v + v) == {0: 1, 1: 4, 2: 9} && {'a': 'b'}.transformMap(k, v, v + '!') == {'a': 'b!'}",
    "{'a': 'b'}.transformMapEntry(k, v, {v: k}) == {'b': 'a'} && [1, 2].transformMapEntry(i, v, i > 0, {v: i})[2] == 1",
    "{'h': ['hello', 'hi'], 'j': ['joke']}.all(k, texts, texts.all(i, text, text.startsWith(k) && i < 2))",
  ])("names key and value in loops: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it("refuses two entries of one key", () => {
    const rule = "{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k}).size() == 1";
    expect(violation(rule)).toBe(`insert failed: key x already exists evaluating rule: ${rule}`);
  });

  it.each([
    "!format.dns1123Label().validate('my-label').hasValue() && !format.dns1123LabelPrefix().validate('my-').hasValue()",
    "format.dns1123Subdomain().validate('A').value()[0].startsWith('a lowercase RFC 1123 subdomain must consist of')",
    "format.named('uuid').value().validate('x').value() == ['does not match the UUID format']",
    "!format.named('nothing').hasValue() && format.qualifiedName().validate('a/b/c').hasValue()",
    "format.uri().validate('x').value()[0].endsWith('invalid URI for request') && !format.uri().validate('/x').hasValue()",
    "format.byte().validate('?').value() == ['invalid base64'] && !format.date().validate('2026-01-02').hasValue()",
    "format.labelValue().validate('-').hasValue() && !format.datetime().validate('2026-01-02T03:04:05Z').hasValue()",
  ])("knows named formats: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it.each([
    "optional.of(1).optMap(x, x + 1).value() == 2 && !optional.none().optMap(x, x + 1).hasValue()",
    "optional.of(2).optFlatMap(x, x > 1 ? optional.of(x) : optional.none()).value() == 2",
    "self.?a.optMap(x, x + 1).orValue(7) == 7 && [1, 2].first().value() == 1 && ![].last().hasValue()",
    "!optional.ofNonZeroValue('').hasValue() && optional.ofNonZeroValue(3).value() == 3",
    "[optional.of(1), optional.none()].unwrapOpt() == [1]",
  ])("maps what may be there: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it.each([
    "semver('v01.2', true).compareTo(semver('1.2.0')) == 0 && isSemver('v1', true) && !isSemver('v1')",
    "'aaa'.replace('a', 'b', 2) == 'bba' && strings.quote('a\"b') == '\"a\\\\\"b\"'",
    "ip.isCanonical('::1') && !ip.isCanonical('0::1') && quantity('1Gi') == quantity('1024Mi')",
    "sets.contains([{'a': 1}, {'b': 2}], [{'b': 2}])",
  ])("knows the later forms: %s", (rule) => expect(violation(rule)).toBeUndefined());

  it("says what it could not read", () => {
    expect(violation("ip('here').family() == 4")).toContain("parse error during conversion from string");
    expect(violation("semver('one').major() == 1")).toContain("semver parse error");
    expect(violation("url('here').getHost() == ''")).toContain("parse error during conversion");
  });
});

describe("the budget of rules", () => {
  const many = { list: Array.from({ length: 2_000 }, (_, index) => BigInt(index)) };

  it("lets a loop look at each item", () => {
    expect(holds("self.list.all(x, x >= 0) && self.list.filter(x, x < 3).size() == 3", many)).toBe(true);
    expect(
      holds("self.list.map(x, x * 2).exists(x, x == 8) && self.list.map(x, x < 2, x) == [0, 1]", many),
    ).toBe(true);
    expect(holds("{'a': 1}.all(k, k == 'a') && self.list.exists_one(x, x == 7)", many)).toBe(true);
  });

  it.each([
    "self.list.all(a, self.list.all(b, a + b >= 0))",
    "self.list.exists(a, self.list.exists(b, a + b < 0)) || true",
    "self.list.map(a, self.list.map(b, a)).size() == 0",
    "self.list.all(i, a, self.list.all(j, b, a + b >= 0))",
    "self.list.transformList(i, a, self.list.map(b, a)).size() == 0",
  ])("refuses a loop in a loop over much: %s", (rule) => {
    expect(violation(rule, many)).toBe(
      `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
    );
  });
});
