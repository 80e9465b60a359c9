import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const house = `http://127.0.0.1:${process.env.ISOCENTER_HTTP ?? "8114"}`;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // beside the room that serves it; the folder is made by the build and never committed
    outDir: process.env.ISOCENTER_BUILT ?? "../src/isocenter/web/workstation",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "/api": house, "/dicom-web": house } },
});
