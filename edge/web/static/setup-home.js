// The step Home: the MQTT broker, tried before it is written, and what Home Assistant will show.
import { t } from "./language.js";
import { get } from "./link.js";
import { button, during, field, status } from "./setup-parts.js";
import { make } from "./text.js";

const PORT = 1883;
const PORT_TLS = 8883;
const GROUPS = {
  shown: () => t("What it shows"), control: () => t("What you can switch and choose there"), diagnostic: () => t("About the device itself"),
};

function preview(entities) {
  const part = make("details");
  part.append(make("summary", t("{count} entities in Home Assistant", { count: entities.length })));
  for (const [group, title] of Object.entries(GROUPS)) {
    const list = make("ul", undefined, "entities");
    // The names as Home Assistant shows them.
    list.lang = "en";
    list.append(...entities.filter((entity) => entity.group === group).map((entity) => {
      const item = make("li");
      item.append(make("b", entity.name), " ", make("span", entity.id, "muted"));
      return item;
    }));
    part.append(make("h3", title()), list);
  }
  return part;
}

export async function show(place, wizard) {
  const { found, entities } = await get("/api/setup/broker");
  const known = wizard.overview.passwords.mqtt;
  const host = field(t("The broker's name or address"), "input", { type: "text", maxLength: 255, autocomplete: "off", spellcheck: false });
  const port = field(t("Port"), "input", { type: "number", min: 1, max: 65535 });
  const user = field(t("User name, if it needs one"), "input", { type: "text", maxLength: 1024, autocomplete: "off", spellcheck: false });
  const password = field(t("Its password"), "input", { type: "password", maxLength: 500, autocomplete: "off" });
  host.control.value = wizard.value("mqtt.host") || "";
  port.control.value = wizard.value("mqtt.port");
  user.control.value = wizard.value("mqtt.username") || "";
  if (known) password.control.placeholder = t("kept as it is");
  const encrypted = make("label", undefined, "agree");
  const tls = Object.assign(document.createElement("input"), { type: "checkbox", checked: wizard.value("mqtt.tls") });
  encrypted.append(tls, make("span", t("The connection is encrypted (TLS)")));
  tls.addEventListener("change", () => {
    if (Number(port.control.value) === (tls.checked ? PORT : PORT_TLS)) port.control.value = tls.checked ? PORT_TLS : PORT;
  });
  const text = status();

  const typed = () => ({
    host: host.control.value.trim(), port: Number(port.control.value), username: user.control.value || null,
    password: password.control.value || null, tls: tls.checked,
  });
  let worked = "";
  async function attempt() {
    const broker = typed();
    if (!broker.host) throw new Error(t("Write the broker's name or address first, or skip this step."));
    await wizard.ask("broker", broker);
    worked = JSON.stringify(broker);
    return t("The broker at {place} answers, and takes what this device publishes.", { place: `${broker.host}:${broker.port}` });
  }

  place.append(make("p", t("With an MQTT broker, your home hears the room's mood, and can switch the camera and the music. Home Assistant then shows this device by itself.")));
  if (found.length) {
    const row = make("div", undefined, "row");
    row.append(...found.map((one) => button(one, () => { host.control.value = one; })));
    place.append(make("p", t("A broker answers here:"), "muted"), row);
  }
  const test = button(t("Try the broker"), (pressed) => during(pressed, text, attempt));
  place.append(host.line, port.line, encrypted, user.line, password.line, test, text);
  if (entities.length) place.append(preview(entities));
  return {
    async finish() {
      if (worked !== JSON.stringify(typed())) await attempt();
      const broker = typed();
      const passwords = {};
      if (broker.username === null && known) passwords.mqtt = null;
      else if (broker.password !== null) passwords.mqtt = broker.password;
      await wizard.save({
        "mqtt.host": broker.host, "mqtt.port": broker.port, "mqtt.username": broker.username, "mqtt.tls": broker.tls,
      }, passwords);
    },
  };
}
