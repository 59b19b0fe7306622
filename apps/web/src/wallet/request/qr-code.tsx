import encodeQR from "qr";
import type { ReactElement } from "react";

/** Empty modules around a code, which readers need. */
const BORDER = 4;

/** A text as a QR code, dark on light in either appearance: readers expect that. */
export function QrCode({ text, name }: { readonly text: string; readonly name: string }): ReactElement {
  const modules = encodeQR(text, "raw", { ecc: "medium", border: BORDER });
  const path = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg
      role="img"
      aria-label={name}
      viewBox={`0 0 ${modules.length} ${modules.length}`}
      shapeRendering="crispEdges"
      className="w-full max-w-72 rounded-sm"
      data-qr={text}
    >
      <rect width={modules.length} height={modules.length} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
