import "../ui/style.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "../base/config.ts";
import { keepPages } from "../base/trusted.ts";
import { App } from "./app.tsx";

const root = document.getElementById("root");
if (root !== null) {
  const config = await loadConfig();
  createRoot(root).render(
    <StrictMode>
      <App config={config} />
    </StrictMode>,
  );
  void keepPages();
}
