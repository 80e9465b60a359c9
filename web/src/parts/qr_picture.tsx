/** A short text as a QR code, black on white with its quiet zone; nothing where the text is too long. */
import { qrCode } from "./qr";

export function QrPicture({ text, width, label }: { readonly text: string; readonly width: number; readonly label: string }) {
  const modules = qrCode(text);
  if (!modules) return null;
  const size = modules.length + 8;
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return (
    <svg width={width} height={width} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
