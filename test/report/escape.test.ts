import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "../../src/report/escape.js";
import { HOSTILE, UNSAFE } from "./hostile.js";

describe("plain", () => {
  it.each([
    ["OpenSSH 9.2p1", "OpenSSH 9.2p1"],
    ["打印机-三楼", "打印机-三楼"],
    ["café", "café"],
    [HOSTILE.ansi, "\\x1b[2J\\x1b[31mnginx\\x1b[0m"],
    [HOSTILE.osc52, "\\x1b]52;c;cm0gLXJmIH4=\\x07OpenSSH"],
    [HOSTILE.c1, "\\x9b31mred \\x9d0;title\\x9c"],
    [HOSTILE.bidi, "safe\\u202egpj.exe\\u202c \\u2066x\\u2069"],
    [HOSTILE.html, '<script>alert(1)</script>"&'],
    [HOSTILE.line, "web01.example\\n10.0.0.1  22/tcp  closed\\r\\u2028x"],
    [HOSTILE.zero, "ad\\u200bmin\\xad\\ufeff\\u{e0041}"],
    [HOSTILE.surrogate, "\\ud800broken\\udc00"],
    ["tab\there", "tab\\there"],
    ["\u3164\u2800", "\\u3164\\u2800"],
    ["\x7f", "\\x7f"],
  ])("shows %j as %j", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it("caps the length with an ellipsis, and never cuts an escape in two", () => {
    expect(plain("abcdef", { max: 5 })).toBe("abcde…");
    expect(plain("abcde", { max: 5 })).toBe("abcde");
    expect(plain("abc\x1bdef", { max: 5 })).toBe("abc…");
    expect(plain("核心数据库", { max: 3 })).toBe("核心数…");
  });

  it("lets no stack of marks grow over the lines around it", () => {
    expect(plain(HOSTILE.zalgo)).toMatch(/^a\u0301{2}(\\u0301)+/);
  });

  it("does not read a text of 50 MB through to show its beginning", () => {
    const text = "A".repeat(50_000_000);
    const start = performance.now();
    expect(plain(text)).toHaveLength(301);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("returns nothing that a terminal would obey, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(50), (text, max) => {
        const shown = plain(text, { max });
        return !UNSAFE.test(shown) && !shown.includes("\n") && Array.from(shown).length <= max + 1;
      }),
    );
  });
});
