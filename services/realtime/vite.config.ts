import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("web"),
  build: {
    outDir: at("dist"),
    emptyOutDir: true,
    // the policy of the page allows nothing inline
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // a language is waited for before anything is shown
    target: "es2022",
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `vite services/realtime` while working on the page; the service itself serves what was built
  server: {
    proxy: { "/socket.io": { target: "http://127.0.0.1:4000", ws: true }, "/livez": "http://127.0.0.1:4000" },
  },
});
