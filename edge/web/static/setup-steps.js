// The steps of the set-up, in their order. A step is one file that exports show(place, wizard); see ARCHITECTURE.md.
import { t } from "./language.js";

export const STEPS = [
  { name: "privacy", title: () => t("Before it looks"), load: () => import("./setup-privacy.js") },
  { name: "camera", title: () => t("Camera"), load: () => import("./setup-camera.js") },
  { name: "spotify", title: () => t("Spotify"), load: () => import("./setup-spotify.js") },
  { name: "music", title: () => t("Music for each mood"), load: () => import("./setup-music.js") },
  { name: "done", title: () => t("Done"), load: () => import("./setup-done.js") },
];
