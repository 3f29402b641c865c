// Songs from the listener's library for a mood.
import { t } from "./language.js";
import { get } from "./link.js";
import { EXPRESSIONS, byId, feels, make, renew, say, song } from "./text.js";

export async function recommend() {
  const mood = byId("songs-mood").value;
  try {
    const { songs } = await get(`/api/recommendations?mood=${mood}&n=10`);
    say("songs-none", songs.length ? "" : t("There are no songs for {mood} yet.", { mood: feels(mood) }));
    renew(byId("songs-list"), songs.map((entry) => {
      const item = make("li");
      item.append(song(entry.title, entry.uri), entry.artist ? ` · ${entry.artist}` : "");
      return item;
    }));
  } catch (error) {
    renew(byId("songs-list"), []);
    say("songs-none", error.message);
  }
}

byId("songs-mood").replaceChildren(...EXPRESSIONS.map((mood) => new Option(feels(mood), mood)));
byId("songs-mood").addEventListener("change", recommend);
