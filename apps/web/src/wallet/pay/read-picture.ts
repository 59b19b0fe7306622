import { decodeQR } from "qr/decode.js";

/** Longest side at which a picture is looked at: cameras give more than a code needs. */
const MOST_PIXELS = 1600;
/** How long a picture is looked at. */
const PATIENCE_MS = 2000;

/** The text of a QR code in a picture; null where there is none that can be read. Nothing leaves the page. */
export async function readPicture(file: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) return null;
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) return null;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  try {
    return decodeQR(context.getImageData(0, 0, width, height), { timeLimit: PATIENCE_MS });
  } catch {
    return null;
  }
}
