// What comes next, and a button for what nobody wants to hear.
import { send } from "./commands.js";
import { t } from "./language.js";
import { byId, make, plain, renew, say } from "./text.js";

const SONGS_SHOWN = 3;

export function drawComing({ settings, player }) {
  const coming = (settings && settings.coming) || "";
  const chosen = (settings && settings.chosen) || "";
  const songs = ((player && player.upcoming) || []).slice(0, SONGS_SHOWN);
  const choosing = Boolean(settings) && settings.control === "auto";
  if (coming) say("coming", t("{music} plays once this song ends.", { music: plain(coming) }));
  else say("coming", songs.length ? "" : t("Nothing is waiting."));
  byId("coming").hidden = !byId("coming").textContent;
  byId("coming-songs").hidden = songs.length === 0;
  renew(byId("coming-songs"), songs.map((song) => make("li", plain(song))));
  byId("not-this-row").hidden = !choosing || !(coming || chosen);
  const music = plain(coming || chosen);
  say("not-this-text", t("Other music instead; {music} isn't played again today for this mood.", { music }));
}

byId("not-this").addEventListener("click", () => send("not_this"));
