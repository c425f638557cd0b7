// Formats and parses numbers and dates in the page's language. The build formats values in the same way (src/page/tool/format.rs).
import { round } from "./numbers.js";

const NONE = "–";
const DAY = 86400000;

// A value as text. The format is [name, decimals or null, symbol, unit for one, unit for many].
export function formatValue(value, [format, decimals, symbol, one, many], locale) {
  if (format === "boolean") return value ? locale.yes : locale.no;
  if (format === "options") return [value].flat().map((key) => new Map(symbol).get(key) ?? "").join(", ") || NONE;
  if (format === "text") return value || NONE;
  if (!Number.isFinite(value)) return NONE;
  if (format === "date") return date(value, locale);
  const text = number(format === "percent" ? value * 100 : value, decimals, locale);
  if (text === NONE) return NONE;
  const minus = text.startsWith("−") ? "−" : "", size = text.slice(minus.length);
  const form = format === "money" ? locale.money.replace("{symbol}", symbol) : format === "percent" ? locale.percent : "{number}";
  return minus + form.replace("{number}", size) + (size === "1" ? one : many);
}

function number(value, decimals, { decimal, group }) {
  const places = decimals ?? (Math.abs(value) < 1 ? 4 : 2);
  const rounded = round(Math.abs(value), places);
  if (!(rounded < 1e21)) return NONE;
  let [whole, part = ""] = rounded.toFixed(places).split(".");
  if (decimals === null) part = part.replace(/0+$/, "");
  whole = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return (value < 0 && rounded > 0 ? "−" : "") + whole + (part && decimal + part);
}

function date(value, { date, months }) {
  const day = new Date(Math.floor(value) * DAY), year = day.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return NONE;
  return date.replace("{day}", day.getUTCDate()).replace("{month}", months[day.getUTCMonth()]).replace("{year}", year);
}

// The length of a value as one of the sizes in the style sheet.
const SIZES = [6, 9, 12, 16, 22, 32, 46];
export const size = (text) => SIZES.find((size) => [...text].length <= size) ?? SIZES.at(-1);

// What the reader typed, as a number or NaN. Both `.` and `,` can separate thousands, in groups of three.
export function parseNumber(text, { decimal }) {
  let digits = text.replace(/[\s'’_\u00a0\u202f]|\p{Sc}|%|[A-Z]{3}\b/gu, "").replace(/^[−–]/, "-");
  const other = decimal === "," ? "." : ",";
  const grouped = (sign) => new RegExp(`^[-+]?\\d{1,3}(\\${sign}\\d{3})+$`);
  const count = (sign) => digits.split(sign).length - 1;
  if (count(decimal) && count(other)) {
    const last = digits.lastIndexOf(decimal) > digits.lastIndexOf(other) ? decimal : other, first = last === decimal ? other : decimal;
    const [whole, part] = [digits.slice(0, digits.lastIndexOf(last)), digits.slice(digits.lastIndexOf(last) + 1)];
    digits = grouped(first).test(whole) ? `${whole.replaceAll(first, "")}.${part}` : "?";
  } else if (grouped(other).test(digits) || count(other) > 1 || count(decimal) > 1) {
    const sign = count(other) ? other : decimal;
    digits = grouped(sign).test(digits) ? digits.replaceAll(sign, "") : "?";
  } else digits = digits.replace(/[.,]/, ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(digits) ? Number(digits) : NaN;
}

// A number as text for an input field.
export const inField = (value, { decimal }) => String(round(value, 10)).replace(".", decimal);

// `2026-01-31` as days since 1970-01-01, or NaN if it is not a date.
export function days(text) {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const time = year === undefined ? NaN : new Date(`${text}T00:00:00Z`).getTime();
  // February 30 would roll over into March.
  return time === time && new Date(time).getUTCDate() === Number(day) && month ? time / DAY : NaN;
}

export const isoDay = (value) => new Date(value * DAY).toISOString().slice(0, 10);
