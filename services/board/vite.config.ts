import { defineConfig } from "vite";

export default defineConfig({
  build: {
    // the Content-Security-Policy of the page allows no inline content
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // the words of the chosen language are loaded by a top-level await
    target: "es2022",
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `vite` in this folder serves the page while you work on it; realtime serves the built page
  server: {
    proxy: { "/socket.io": { target: "http://127.0.0.1:4000", ws: true }, "/livez": "http://127.0.0.1:4000" },
  },
});
