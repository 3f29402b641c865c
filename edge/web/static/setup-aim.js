// The camera's picture for aiming: for a minute after somebody agreed, with boxes around faces, and areas to ignore.
import { t } from "./language.js";
import { get, post } from "./link.js";
import { button, field, status } from "./setup-parts.js";
import { make } from "./text.js";

const PICTURE_EVERY_MS = 500;
const AREA_MIN = 0.03; // a tap isn't an area
const VERDICTS = {
  none: () => t("No face in view. Sit down where people usually are."),
  large: () => t("Faces are large enough."),
  small: () => t("A face is too small to be read well. Put the camera nearer to where people sit, or aim it at them."),
};
const rounded = (number) => Math.round(number * 1000) / 1000;

// An area [left, top, width, height] after the picture was turned clockwise by a quarter.
export const turned = ([left, top, width, height]) => [rounded(1 - top - height), left, height, width];

// Why there is no picture: what the device says of its camera, such as that another program uses it.
async function whyNot(error) {
  if (error.status !== 409) return error.message;
  const { health } = await get("/api/state").catch(() => ({}));
  const found = ((health || {}).problems || []).find(({ part }) => part === "camera");
  return found ? found.message : error.message; // the exact one; its template is for guests
}

// Asks whether everybody agrees. Resolves to true or false.
function ask() {
  const dialog = make("dialog");
  const question = make("p", t("For a minute, pictures of the room are shown on this screen, with everybody who is in it. They aren't stored. Does everybody in the room agree?"));
  question.id = "aim-question";
  dialog.setAttribute("aria-labelledby", question.id);
  const row = make("div", undefined, "row");
  return new Promise((done) => {
    const end = (agreed) => { dialog.close(); dialog.remove(); done(agreed); };
    row.append(button(t("Yes, show them"), () => end(true), "strong"), button(t("No"), () => end(false)));
    dialog.addEventListener("cancel", () => end(false));
    dialog.append(question, row);
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Returns {element, stop(), turn(), rotate, areas}. rotate: degrees clockwise. areas: as vision.ignore.
export function aim(rotate, areas) {
  const view = { element: make("div"), rotate, areas: areas.map((area) => [...area]), stop, turn };
  const frame = make("div", undefined, "aim");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("What the camera sees now, with a box around each detected face"));
  const text = status();
  const list = make("ul");
  let running = false;
  let picture = null;
  let faces = [];
  let drawing = null;

  function draw() {
    if (!picture) return;
    canvas.width = picture.width;
    canvas.height = picture.height;
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const box = ([left, top, width, height]) => [left * canvas.width, top * canvas.height, width * canvas.width, height * canvas.height];
    for (const area of drawing ? [...view.areas, drawing] : view.areas) {
      pen.fillStyle = "rgb(0 0 0 / 65%)";
      pen.fillRect(...box(area));
    }
    for (const [colour, thickness] of [["#000", 5], ["#fff", 2]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = thickness;
      for (const face of faces) pen.strokeRect(...box(face));
    }
  }

  function listAreas() {
    list.replaceChildren(...view.areas.map((area, index) => {
      const item = make("li");
      const parts = [t("from the left"), t("from the top"), t("wide"), t("high")];
      const inputs = parts.map((name, part) => {
        const { line, control } = field(`${name} (%)`, "input", { type: "number", min: 0, max: 100, value: Math.round(area[part] * 100) });
        control.addEventListener("change", () => {
          area[part] = rounded(Math.min(100, Math.max(part > 1 ? 1 : 0, Number(control.value) || 0)) / 100);
          area[2] = rounded(Math.min(area[2], 1 - area[0]));
          area[3] = rounded(Math.min(area[3], 1 - area[1]));
          draw();
        });
        return line;
      });
      const details = make("details");
      details.append(make("summary", t("Area {number}", { number: index + 1 })), ...inputs);
      item.append(details, button(t("Remove area {number}", { number: index + 1 }), () => {
        view.areas.splice(index, 1);
        listAreas();
        draw();
      }, "small"));
      return item;
    }));
  }

  function at(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const inside = (number) => Math.min(1, Math.max(0, number));
    return [inside((event.clientX - left) / width), inside((event.clientY - top) / height)];
  }
  let from = null;
  canvas.addEventListener("pointerdown", (event) => { from = at(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    drawing = [Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(x - from[0]), Math.abs(y - from[1])].map(rounded);
    draw();
  });
  const release = () => {
    if (drawing && drawing[2] > AREA_MIN && drawing[3] > AREA_MIN) view.areas.push(drawing);
    from = null;
    drawing = null;
    listAreas();
    draw();
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", () => { from = null; drawing = null; draw(); });

  async function take(confirm) {
    const answer = await (await post("/api/setup/view", { rotate: view.rotate, confirm })).json();
    const bytes = Uint8Array.from(atob(answer.picture), (letter) => letter.charCodeAt(0));
    picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    faces = answer.faces;
    text.textContent = `${VERDICTS[answer.verdict]()} ${t("{left} seconds left.", { left: answer.left })}`;
    draw();
  }

  async function run() {
    let confirm = true;
    while (running && document.visibilityState === "visible") {
      const began = Date.now();
      try {
        await take(confirm);
        confirm = false;
      } catch (error) {
        text.textContent = await whyNot(error);
        break;
      }
      await new Promise((done) => { setTimeout(done, Math.max(0, began + PICTURE_EVERY_MS - Date.now())); });
    }
    stop();
  }

  function stop() {
    running = false;
    if (picture) picture.close();
    picture = null;
    canvas.width = canvas.height = 0; // nothing stays on the screen
    frame.hidden = true;
    begin.hidden = false;
  }

  function turn() {
    view.rotate = (view.rotate + 90) % 360;
    view.areas = view.areas.map(turned);
    listAreas();
  }

  const begin = button(t("Show the picture"), async () => {
    if (running || !await ask()) return;
    running = true;
    begin.hidden = true;
    frame.hidden = false;
    run();
  });
  frame.append(canvas);
  frame.hidden = true;
  listAreas();
  view.element.append(
    begin, frame, text,
    make("h3", t("Areas to ignore")),
    make("p", t("Draw over a television or a mirror with your finger: faces there don't count."), "muted"),
    list,
    button(t("Add an area"), () => { view.areas.push([0.35, 0.35, 0.3, 0.3]); listAreas(); draw(); }),
  );
  return view;
}
