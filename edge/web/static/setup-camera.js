// The step Camera: which one, how it is turned and aimed, and areas to ignore.
import { t } from "./language.js";
import { get } from "./link.js";
import { aim } from "./setup-aim.js";
import { button, during, field, status } from "./setup-parts.js";
import { make } from "./text.js";

const NAMES = { auto: () => t("The first one that is found") };

export async function show(place, wizard) {
  const { cameras } = await get("/api/setup/cameras");
  const text = status();
  const { line, control } = field(t("Camera"), "select");
  const source = String(wizard.value("camera.source"));
  control.append(...cameras.map(({ source: one, name }) => {
    const shown = NAMES[one] ? NAMES[one]() : name && name !== one ? `${name} (${one})` : one;
    return new Option(shown, one, one === source, one === source);
  }));
  const view = aim(wizard.value("camera.rotate"), wizard.value("vision.ignore"));
  control.addEventListener("change", () => during(control, text, () => {
    view.stop();
    return wizard.save({ "camera.source": control.value });
  }));
  const rotation = make("span", undefined, "muted");
  const tell = () => { rotation.textContent = t("turned by {degrees} degrees", { degrees: view.rotate }); };
  tell();
  const turning = make("p");
  turning.append(button(t("Turn the picture"), () => { view.turn(); tell(); }), " ", rotation);
  const later = make("label", undefined, "agree");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: wizard.value("web.camera_view") });
  box.addEventListener("change", () => during(box, text, () => wizard.save({ "web.camera_view": box.checked })));
  later.append(box, make("span", t("Pictures for aiming may be shown here after the set-up too.")));
  place.append(
    make("p", t("Put the camera at the height of faces, where it sees people from the front, and not against a window.")),
    line, turning, view.element, later, text,
  );
  return {
    leave: view.stop,
    async finish() {
      view.stop();
      await wizard.save({ "camera.rotate": view.rotate, "vision.ignore": view.areas });
    },
  };
}
