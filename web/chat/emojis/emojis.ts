// The emojis that the picker offers, with the words that find them. Pure.

export interface Emoji {
  emoji: string
  /** Its name, and other words that people look for */
  words: string
}
export interface EmojiGroup {
  name: string
  emojis: Emoji[]
}

/** One click away on each message. */
export const commonEmojis = ['👍', '❤️', '😂', '🎉', '👀', '✅']

const source = `Smileys
😀 grinning happy smile;😃 smiley happy joy;😄 smile happy laugh;😁 grin beam;😆 laughing haha;😅 sweat smile relief;😂 joy tears laugh lol;🤣 rofl rolling laugh;🙂 slight smile;🙃 upside down irony;😉 wink;😊 blush smile;😇 innocent angel;🥰 love hearts;😍 heart eyes love;🤩 star struck wow;😘 kiss;😋 yum tasty;😛 tongue;😜 wink tongue crazy;🤪 zany crazy;🤨 raised eyebrow doubt;🧐 monocle inspect;🤓 nerd glasses;😎 cool sunglasses;🥳 party celebrate;😏 smirk;😒 unamused;😞 disappointed sad;😔 pensive sad;😟 worried;😕 confused;🙁 frown sad;😣 persevere;😩 weary tired;🥺 pleading please;😢 cry sad tear;😭 sob cry loud;😤 triumph steam;😠 angry;😡 rage mad;🤬 swearing cursing;🤯 mind blown exploding;😳 flushed embarrassed;🥵 hot;🥶 cold freezing;😱 scream fear;😨 fearful;😰 anxious sweat;🤗 hug;🤔 thinking hmm;🤫 shush quiet;🤭 oops giggle;🫡 salute;😶 speechless no mouth;😐 neutral;😬 grimace awkward;🙄 eye roll;😴 sleeping zzz;🥱 yawn bored;🤐 zipper mouth secret;🤢 nauseated sick;🤒 ill thermometer;🤕 hurt bandage;🤖 robot bot;👻 ghost;💀 skull dead;💩 poop;🙈 see no evil monkey;🙉 hear no evil monkey;🙊 speak no evil monkey
People
👍 thumbs up yes good +1 like;👎 thumbs down no bad -1;👏 clap applause bravo;🙌 raised hands hooray;🙏 pray thanks please;🤝 handshake deal agree;👋 wave hello bye;✌️ victory peace;🤞 fingers crossed luck;🤟 love you;🤘 rock metal;👌 ok perfect;🤌 pinched fingers;👈 point left;👉 point right;👆 point up;👇 point down;☝️ index up;✋ raised hand stop;🖐️ hand five;🤙 call me;💪 muscle strong;🫶 heart hands;✍️ writing hand;👀 eyes look see;🧠 brain smart;🗣️ speaking;👤 person;👥 people team;🤷 shrug dunno;🤦 facepalm;🙋 raising hand question;🙇 bow sorry;💁 tipping hand;🏃 run hurry;🚶 walk;💃 dance;🕺 dance;🧑‍💻 technologist developer coder;🧑‍🔬 scientist;🦸 hero;🧙 wizard magic
Hearts and marks
❤️ red heart love;🧡 orange heart;💛 yellow heart;💚 green heart;💙 blue heart;💜 purple heart;🖤 black heart;🤍 white heart;💔 broken heart;💖 sparkling heart;💯 hundred perfect;✅ check done yes;☑️ checkbox;✔️ check mark;❌ cross no wrong;❎ cross button;❓ question;❗ exclamation important;‼️ double exclamation;⚠️ warning;🚫 prohibited forbidden;⛔ no entry stop;🛑 stop;➕ plus add;➖ minus remove;♻️ recycle;🔴 red circle;🟠 orange circle;🟡 yellow circle;🟢 green circle;🔵 blue circle;🟣 purple circle;⚪ white circle;⚫ black circle;💬 speech comment;💭 thought;💤 zzz sleep;💢 anger;💥 boom collision;✨ sparkles new shiny;⭐ star;🌟 glowing star;🆗 ok;🆕 new;🔁 repeat;⏩ fast forward;⏳ hourglass waiting;⌛ hourglass done
Work
🚀 rocket ship launch deploy;🐛 bug;🔥 fire hot lit;🎉 tada party celebrate;🎊 confetti;🎈 balloon;🎁 gift present;🏆 trophy win;🥇 gold medal first;🎯 target dart bullseye;💡 idea light bulb;🔧 wrench fix;🔨 hammer build;🛠️ tools;⚙️ gear settings;🔩 nut bolt;🧪 test tube experiment;🔬 microscope;🔭 telescope;🧹 broom cleanup;🗑️ trash delete;📦 package box release;🏷️ label tag;📌 pin;📎 paperclip attach;🔗 link;✏️ pencil edit;📝 memo note write;📄 document page;📁 folder;📚 books docs;📖 book read;📅 calendar date;📊 chart bar;📈 chart up growth;📉 chart down;💻 laptop computer;🖥️ desktop;⌨️ keyboard;🖱️ mouse;📱 phone mobile;☎️ telephone call;🎥 camera video;🎧 headphones music;🎤 microphone;🔔 bell notification;🔕 bell off mute;📣 megaphone announce;🔒 lock private;🔓 unlock;🔑 key;🛡️ shield security;⏰ alarm clock;⏱️ stopwatch;🔋 battery;🔌 plug power;🧩 puzzle;🚧 construction wip;🚨 alarm siren urgent;🚦 traffic light
Nature and food
🌱 seedling sprout;🌳 tree;🌈 rainbow;☀️ sun;🌙 moon;⚡ lightning fast zap;❄️ snow;🌊 wave ocean;🐢 turtle slow;🐇 rabbit fast;🐱 cat;🐶 dog;🦊 fox;🐻 bear;🐼 panda;🐧 penguin linux;🦀 crab rust;🐍 snake python;🐘 elephant postgres;🐙 octopus;🦄 unicorn;🐝 bee;🦆 duck;🐳 whale docker;☕ coffee break;🍵 tea;🍺 beer cheers;🍻 cheers beers;🥂 toast champagne;🍕 pizza;🍔 burger;🍪 cookie;🍰 cake;🎂 birthday cake;🍩 donut;🍎 apple;🍌 banana;🍿 popcorn;🌍 earth world;🏖️ beach holiday;🏠 home house;✈️ plane travel;🚲 bike;🚗 car;⚽ football soccer;🎮 game controller;🎵 music note;🎨 art palette design`

export const emojiGroups: EmojiGroup[] = source.split(/\n(?=[A-Z])/).map((part) => {
  const [name = '', list = ''] = part.split('\n')
  const emojis = list.split(';').map((entry) => {
    const space = entry.indexOf(' ')
    return { emoji: entry.slice(0, space), words: entry.slice(space + 1) }
  })
  return { name, emojis }
})

const all = emojiGroups.flatMap(({ emojis }) => emojis)

/** Each word asked must begin one of an emoji's; those whose name begins so come first. */
export function searchEmojis(asked: string): Emoji[] {
  const words = asked.toLowerCase().replaceAll(/[:_]/g, ' ').split(' ').filter(Boolean)
  const found = all.filter((entry) => {
    const known = entry.words.split(' ')
    return words.every((word) => known.some((name) => name.startsWith(word)))
  })
  const first = words.join(' ')
  const rank = ({ words: name }: Emoji) => (name.startsWith(first) ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b))
}

/** Its name for screen readers. */
export const emojiName = (emoji: string) =>
  all
    .find((entry) => entry.emoji === emoji)
    ?.words.split(' ')
    .slice(0, 2)
    .join(' ') ?? emoji
