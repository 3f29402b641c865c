// The steps of the set-up, in their order. A step is one file that exports show(place, wizard); see ARCHITECTURE.md.
import { t } from "./language.js";

export const STEPS = [
  { name: "privacy", title: () => t("Before it looks"), load: () => import("./setup-privacy.js") },
  { name: "camera", title: () => t("Camera"), load: () => import("./setup-camera.js") },
  { name: "speaker", title: () => t("Speaker"), load: () => import("./setup-speaker.js") },
  { name: "spotify", title: () => t("Spotify"), load: () => import("./setup-spotify.js") },
  { name: "music", title: () => t("Music for each mood"), load: () => import("./setup-music.js") },
  { name: "home", title: () => t("Home"), load: () => import("./setup-home.js") },
  { name: "done", title: () => t("Done"), load: () => import("./setup-done.js") },
];
