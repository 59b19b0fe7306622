import { describe, expect, it } from "vitest";
import { allowedOrigin, parsePageOrigins } from "./origins.ts";

const LOCAL = ["http://localhost:5173", "http://127.0.0.1", "https://127.1.2.3:8443", "http://[::1]:3000"];
const FOREIGN = [
  "https://shop.example",
  "http://localhost.example.com",
  "http://127.0.0.1.example.com",
  "http://127.0.0.1@example.com",
  "http://localhost:5173/path",
  "file://localhost",
  "null",
  "",
];

describe("origins of pages", () => {
  it("on loopback are those of this machine, whatever other names look like them", () => {
    for (const origin of LOCAL) expect(allowedOrigin("loopback", origin)).toBe(origin);
    for (const origin of FOREIGN) expect(allowedOrigin("loopback", origin), origin).toBeNull();
  });

  it("may be everybody's, nobody's, or those of a list to the letter", () => {
    for (const origin of [...LOCAL, ...FOREIGN, undefined]) {
      expect(allowedOrigin("*", origin)).toBe("*");
      expect(allowedOrigin("none", origin)).toBeNull();
      const listed = origin === "https://shop.example" ? origin : null;
      expect(allowedOrigin(["https://shop.example"], origin)).toBe(listed);
    }
  });

  it("are named by a setting", () => {
    expect(["none", "loopback", "*"].map(parsePageOrigins)).toEqual(["none", "loopback", "*"]);
    expect(parsePageOrigins("https://a.example, http://b.example:81")).toEqual([
      "https://a.example",
      "http://b.example:81",
    ]);
    for (const wrong of ["", "a.example", "https://a.example/", "ws://a.example", "*,https://a.example"]) {
      expect(parsePageOrigins(wrong), wrong).toBeNull();
    }
  });
});
