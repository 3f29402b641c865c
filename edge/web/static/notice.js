// The notice to print.
import "./language.js";

document.getElementById("print").addEventListener("click", () => window.print());
