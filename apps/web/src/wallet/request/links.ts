import { isPaymentRequest } from "@cairn/sdk";

const SCHEME = "cairn:";
const PLACE = "/pay/";

/**
 * A request's link as an address of these pages, which opens it in a browser: everything that it says is behind `#`, so that
 * no server learns who asks whom for what.
 *
 * @example pageLink("cairn:cairn1…?chain=1&…") // "https://wallet.example/wallet.html#/pay/cairn:cairn1…"
 */
export function pageLink(link: string): string {
  const page = new URL("wallet.html", document.baseURI);
  return `${page.href}#${PLACE}${link}`;
}

/** The request of a place within the pages, or of a text that somebody has pasted: a page's address, a link, a QR text. */
export function requestTextOf(text: string): string {
  const decoded = plainText(text.trim());
  const at = decoded.indexOf(`#${PLACE}`);
  const inner = at < 0 ? decoded : decoded.slice(at + 1 + PLACE.length);
  return isPaymentRequest(inner) ? inner : inner.startsWith("cairn1") ? `${SCHEME}${inner}` : inner;
}

/** Messengers and routers encode what they need not. */
function plainText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
