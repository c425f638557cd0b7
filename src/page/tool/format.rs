//! Numbers and dates in the format of the page's language. `static/js/tool/format.js` formats
//! values in the same way.

use serde::Serialize;

use crate::i18n::Translations;
use crate::tool::inputs::day;
use crate::tool::language::code::FormulaValue;
use crate::tool::language::numbers::round;
use crate::tool::language::units::{Unit, is_currency};
use crate::tool::number_format::{NumberFormat, NumberStyle};

/// The sizes that style sheets define, in characters.
const SIZES: [usize; 7] = [6, 9, 12, 16, 22, 32, 46];

/// The sign for a missing value.
const NONE: &str = "–";

/// A language's signs and formats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Locale {
    pub decimal: String,
    pub group: String,
    /// `{symbol}{number}`
    pub money: String,
    /// `{number}%`
    pub percent: String,
    pub yes: String,
    pub no: String,
    pub date: String,
    pub months: Vec<String>,
}

/// Currencies with an unambiguous sign.
const SYMBOLS: [(&str, &str); 6] = [
    ("EUR", "€"),
    ("GBP", "£"),
    ("USD", "$"),
    ("JPY", "¥"),
    ("INR", "₹"),
    ("KRW", "₩"),
];

/// Currencies without a minor unit (ISO 4217).
const WITHOUT_CENTS: [&str; 8] = ["JPY", "KRW", "CLP", "ISK", "VND", "PYG", "UGX", "XAF"];

/// How a value of one slot is shown, in the form that the script reads: format, decimals, symbol or
/// options, and the suffix for one and for many.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlotFormat(
    pub &'static str,
    pub Option<u8>,
    pub Symbol,
    pub String,
    pub String,
);

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Symbol {
    Text(String),
    Options(Vec<(String, String)>),
}

impl Locale {
    pub fn new(words: &Translations, language: &str) -> Self {
        let say = |key: &str| words.text(language, key, None, &[]).unwrap_or_default();
        Locale {
            decimal: say("number_decimal"),
            group: say("number_group"),
            money: say("number_money"),
            percent: say("number_percent"),
            yes: say("yes"),
            no: say("no"),
            date: say("date_long"),
            months: (1..=12)
                .map(|month| say(&format!("month_{month}")))
                .collect(),
        }
    }

    pub fn shown(&self, value: &FormulaValue, shape: &SlotFormat) -> String {
        let SlotFormat(format, decimals, symbol, one, many) = shape;
        match (value, symbol) {
            (FormulaValue::Boolean(value), _) => if *value { &self.yes } else { &self.no }.clone(),
            (FormulaValue::Text(key), Symbol::Options(options)) => Some(label(options, key))
                .filter(|label| !label.is_empty())
                .unwrap_or(NONE.to_owned()),
            (FormulaValue::Choices(keys), Symbol::Options(options)) => {
                let labels: Vec<String> = keys.iter().map(|key| label(options, key)).collect();
                if labels.is_empty() {
                    NONE.to_owned()
                } else {
                    labels.join(", ")
                }
            }
            (FormulaValue::Text(text), _) if !text.is_empty() => text.clone(),
            (FormulaValue::Number(number), _) if *format == "date" => self.day(*number),
            (FormulaValue::Number(number), Symbol::Text(symbol)) => {
                let scaled = if *format == "percent" {
                    number * 100.0
                } else {
                    *number
                };
                let Some(text) = self.number(scaled, *decimals) else {
                    return NONE.to_owned();
                };
                let (minus, size) = text
                    .strip_prefix('−')
                    .map_or(("", text.as_str()), |size| ("−", size));
                let form = match *format {
                    "money" => self.money.replace("{symbol}", symbol),
                    "percent" => self.percent.clone(),
                    _ => "{number}".to_owned(),
                };
                format!(
                    "{minus}{}{}",
                    form.replace("{number}", size),
                    if size == "1" { one } else { many }
                )
            }
            _ => NONE.to_owned(),
        }
    }

    /// The size for a value's text, as one of the sizes that style sheets define. The script
    /// returns the same number.
    pub fn size(text: &str) -> usize {
        let length = text.chars().count();
        SIZES
            .into_iter()
            .find(|size| length <= *size)
            .unwrap_or(SIZES[SIZES.len() - 1])
    }

    /// The text of a number, or `None` if it is NaN or has too many digits.
    fn number(&self, value: f64, decimals: Option<u8>) -> Option<String> {
        let places = decimals.unwrap_or(if value.abs() < 1.0 { 4 } else { 2 });
        let rounded = round(value.abs(), f64::from(places));
        if rounded.is_nan() || rounded >= 1e21 {
            return None;
        }
        let fixed = format!("{rounded:.*}", usize::from(places));
        let (whole, part) = fixed.split_once('.').unwrap_or((&fixed, ""));
        let part = if decimals.is_none() {
            part.trim_end_matches('0')
        } else {
            part
        };
        let mut text = String::from(if value < 0.0 && rounded > 0.0 {
            "−"
        } else {
            ""
        });
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        if !part.is_empty() {
            text.push_str(&self.decimal);
            text.push_str(part);
        }
        Some(text)
    }

    fn day(&self, days: f64) -> String {
        let Some(date) = day(days) else {
            return NONE.to_owned();
        };
        let month = usize::try_from(date.month() - 1)
            .ok()
            .and_then(|month| self.months.get(month))
            .cloned()
            .unwrap_or_default();
        self.date
            .replace("{day}", &date.day().to_string())
            .replace("{month}", &month)
            .replace("{year}", &date.year().to_string())
    }

    /// A number as it is written in a field: without thousands separators, with all its decimals.
    pub fn in_field(&self, number: f64) -> String {
        round(number, 10.0).to_string().replace('.', &self.decimal)
    }
}

fn label(options: &[(String, String)], key: &str) -> String {
    options
        .iter()
        .find(|(known, _)| known == key)
        .map(|(_, label)| label.clone())
        .unwrap_or_default()
}

/// A currency's sign, or its three-letter code and a no-break space.
pub fn symbol(currency: &str) -> String {
    SYMBOLS
        .iter()
        .find(|(known, _)| *known == currency)
        .map_or_else(
            || format!("{currency}\u{a0}"),
            |(_, symbol)| (*symbol).to_owned(),
        )
}

impl SlotFormat {
    /// Whether its values are numbers with a sign, a currency and a unit, which stay on one line.
    pub fn is_number(&self) -> bool {
        matches!(self.0, "number" | "money" | "percent")
    }

    pub fn of(show: &NumberFormat, words: &Translations, language: &str) -> Self {
        let text = |name: &'static str| {
            SlotFormat(
                name,
                show.decimals,
                Symbol::Text(String::new()),
                String::new(),
                String::new(),
            )
        };
        let suffix = |count| suffix(show, count, words, language);
        match &show.format {
            NumberStyle::Number => SlotFormat(
                "number",
                show.decimals,
                Symbol::Text(String::new()),
                suffix(1),
                suffix(2),
            ),
            NumberStyle::Money(currency) => {
                let cents = if WITHOUT_CENTS.contains(&currency.as_str()) {
                    0
                } else {
                    2
                };
                SlotFormat(
                    "money",
                    Some(show.decimals.unwrap_or(cents)),
                    Symbol::Text(symbol(currency)),
                    suffix(1),
                    suffix(2),
                )
            }
            NumberStyle::Percent => text("percent"),
            NumberStyle::Date => text("date"),
            NumberStyle::Text => text("text"),
            NumberStyle::Boolean => text("boolean"),
            NumberStyle::Options(options) => SlotFormat(
                "options",
                None,
                Symbol::Options(options.clone()),
                String::new(),
                String::new(),
            ),
        }
    }
}

/// The suffix of a number: ` hours`, ` / hour`.
pub fn suffix(show: &NumberFormat, count: i64, words: &Translations, language: &str) -> String {
    let units = &show.units;
    let as_written = show.many.as_ref().filter(|_| count != 1);
    let word = |name: &str, count: i64| {
        let known = words.text(language, &format!("unit_{name}"), Some(count), &[]);
        let counted = as_written
            .filter(|many| Unit::base(many) == Unit::base(name))
            .cloned();
        known.or(counted).unwrap_or_else(|| {
            if is_currency(name) {
                symbol(name).trim_end().to_owned()
            } else {
                name.to_owned()
            }
        })
    };
    let power = |exponent: i8| {
        if exponent.abs() == 1 {
            String::new()
        } else {
            format!("^{}", exponent.abs())
        }
    };
    let over = units
        .iter()
        .filter(|(_, exponent)| *exponent > 0)
        .map(|(name, exponent)| format!("\u{a0}{}{}", word(name, count), power(*exponent)));
    let under = units
        .iter()
        .filter(|(_, exponent)| *exponent < 0)
        .map(|(name, exponent)| format!("\u{a0}/\u{a0}{}{}", word(name, 1), power(*exponent)));
    over.chain(under).collect()
}

/// The word for a unit next to a field.
pub fn unit_word(show: &NumberFormat, words: &Translations, language: &str) -> String {
    let after = suffix(show, 2, words, language);
    match &show.format {
        NumberStyle::Money(currency) => format!("{}{}", symbol(currency).trim_end(), after),
        _ => after.trim_start().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_the_language_writes_them() {
        let locale = |decimal: &str, group: &str, money: &str| Locale {
            decimal: decimal.into(),
            group: group.into(),
            money: money.into(),
            percent: "{number} %".into(),
            yes: "ja".into(),
            no: "nein".into(),
            date: "{day}. {month} {year}".into(),
            months: (1..=12).map(|month| format!("M{month}")).collect(),
        };
        let german = locale(",", ".", "{number} {symbol}");
        let money = SlotFormat(
            "money",
            Some(2),
            Symbol::Text("€".into()),
            String::new(),
            " / Stunde".into(),
        );
        let shown = |number| german.shown(&FormulaValue::Number(number), &money);
        assert_eq!(shown(1234.5), "1.234,50 € / Stunde");
        assert_eq!(shown(-0.004), "0,00 € / Stunde");
        assert_eq!(shown(-1e6), "−1.000.000,00 € / Stunde");
        assert_eq!(shown(f64::NAN), "–");
        let plain = SlotFormat(
            "number",
            None,
            Symbol::Text(String::new()),
            " Tag".into(),
            " Tage".into(),
        );
        let shown = |number| german.shown(&FormulaValue::Number(number), &plain);
        assert_eq!(
            (shown(1.0), shown(0.12345), shown(1.50)),
            ("1 Tag".into(), "0,1235 Tage".into(), "1,5 Tage".into())
        );
        let date = SlotFormat(
            "date",
            None,
            Symbol::Text(String::new()),
            String::new(),
            String::new(),
        );
        assert_eq!(
            german.shown(&FormulaValue::Number(19_782.0), &date),
            "29. M2 2024"
        );
    }
}
