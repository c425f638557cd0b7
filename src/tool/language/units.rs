//! Units of numbers: currencies, time, things, and their products and rates (`EUR`, `hour`,
//! `EUR/hour`).
//!
//! Units of time are converted if that is exact: seconds to weeks among themselves, and months to
//! years among themselves, but not from one group to the other, because a month does not have a
//! fixed number of days.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A product of powers of base units; empty for a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unit(BTreeMap<String, i8>);

/// The number of seconds in each unit of time with a fixed length.
const SECONDS: [(&str, f64); 5] = [
    ("second", 1.0),
    ("minute", 60.0),
    ("hour", 3600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
];

/// The number of months in each unit that consists of months.
const MONTHS: [(&str, f64); 3] = [("month", 1.0), ("quarter", 3.0), ("year", 12.0)];

impl Unit {
    pub fn plain() -> Self {
        Self::default()
    }

    pub fn base(name: &str) -> Self {
        Self(BTreeMap::from([(singular(name), 1)]))
    }

    /// Parses `EUR`, `EUR/hour`, `page*hour` or `1/year`.
    ///
    /// # Errors
    /// Returns what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut unit = Self::plain();
        let mut sign = 1;
        for part in text.split_inclusive(['/', '*']) {
            let name = part.trim_end_matches(['/', '*']).trim();
            let is_name = name.starts_with(char::is_alphabetic)
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
            match name {
                "1" => {}
                _ if is_name => unit = unit.times(&Self::base(name), sign),
                _ => {
                    return Err(format!(
                        "`{text}` is not a valid unit: write a name such as `EUR`, `hour` or `pages`, or a rate such as `EUR/hour`"
                    ));
                }
            }
            if part.ends_with('/') {
                sign = -1;
            }
        }
        if text.is_empty() {
            Err("a unit must be a name such as `EUR`, `hour` or `pages`".to_owned())
        } else {
            Ok(unit)
        }
    }

    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the product with another unit to the power of `power`.
    #[must_use]
    pub fn times(&self, other: &Self, power: i8) -> Self {
        let mut product = self.0.clone();
        for (name, exponent) in &other.0 {
            let entry = product.entry(name.clone()).or_insert(0);
            *entry = entry.saturating_add(exponent.saturating_mul(power));
        }
        product.retain(|_, exponent| *exponent != 0);
        Self(product)
    }

    /// Returns this unit with its units of time converted to those of `other` if that is exact, and
    /// the factor for the number: with hours, 15 minutes become a quarter of an hour.
    pub fn aligned_with(&self, other: &Self) -> (Self, f64) {
        let (mut aligned, mut factor) = (Self::plain(), 1.0);
        for (name, exponent) in self.bases() {
            let alike = scale(name)
                .filter(|_| !other.0.contains_key(name))
                .and_then(|(group, size)| {
                    let others = other
                        .bases()
                        .filter_map(|(name, _)| Some((name, scale(name)?)));
                    others
                        .into_iter()
                        .find(|(_, (other_group, _))| *other_group == group)
                        .map(|(name, (_, other_size))| (name, size / other_size))
                });
            let name = alike.map_or(name, |(name, ratio)| {
                factor *= super::numbers::pow(ratio, f64::from(exponent));
                name
            });
            let power = Self(BTreeMap::from([(name.to_owned(), exponent)]));
            aligned = aligned.times(&power, 1);
        }
        (aligned, factor)
    }

    /// Returns the unit of a square root, if there is one.
    pub fn root(&self) -> Option<Self> {
        let halves = self
            .0
            .iter()
            .map(|(name, exponent)| (exponent % 2 == 0).then(|| (name.clone(), exponent / 2)));
        halves.collect::<Option<BTreeMap<_, _>>>().map(Self)
    }

    /// Returns base units with their exponents, sorted by name.
    pub fn bases(&self) -> impl Iterator<Item = (&str, i8)> {
        self.0
            .iter()
            .map(|(name, exponent)| (name.as_str(), *exponent))
    }

    /// Returns the currency, if the unit contains one.
    pub fn currency(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, exponent)| is_currency(name) && **exponent == 1)
            .map(|(name, _)| name.as_str())
    }

    /// Returns the factor that converts a number of this unit to `wanted`; `None` if there is no
    /// exact factor.
    pub fn factor_to(&self, wanted: &Self) -> Option<f64> {
        self.factor(wanted, false)
    }

    /// Returns the factor to a unit that the author set for a result: time and things can be added
    /// or omitted, and a plain number can have any unit. A currency cannot be changed.
    pub fn factor_to_stated(&self, stated: &Self) -> Option<f64> {
        if self.is_plain() {
            return Some(1.0);
        }
        self.factor(stated, true)
    }

    fn factor(&self, wanted: &Self, is_stated: bool) -> Option<f64> {
        let money = |unit: &Self| -> Vec<(String, i8)> {
            let kept = |name: &str| is_currency(name) || !is_stated;
            unit.0
                .iter()
                .filter(|(name, _)| kept(name) && scale(name).is_none())
                .map(|(name, exponent)| (name.clone(), *exponent))
                .collect()
        };
        if money(self) != money(wanted) {
            return None;
        }
        let time = |unit: &Self| -> Vec<(String, i8)> {
            unit.0
                .iter()
                .filter(|(name, _)| scale(name).is_some())
                .map(|(name, exponent)| (name.clone(), *exponent))
                .collect()
        };
        let (own, other) = (time(self), time(wanted));
        match (&own[..], &other[..]) {
            _ if own == other => Some(1.0),
            ([], _) | (_, []) if is_stated => Some(1.0),
            ([(a, x)], [(b, y)]) if x == y => {
                let ((group_a, size_a), (group_b, size_b)) = (scale(a)?, scale(b)?);
                let ratio = if *x == 1 {
                    size_a / size_b
                } else {
                    size_b / size_a
                };
                (group_a == group_b && x.abs() == 1).then_some(ratio)
            }
            _ => None,
        }
    }
}

/// Returns the group of a unit of time, and its size within the group.
fn scale(name: &str) -> Option<(bool, f64)> {
    let find = |units: &[(&str, f64)]| {
        units
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, size)| *size)
    };
    find(&SECONDS)
        .map(|size| (true, size))
        .or_else(|| find(&MONTHS).map(|size| (false, size)))
}

/// Returns whether a name is three capital letters, as in ISO 4217.
pub fn is_currency(name: &str) -> bool {
    name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Returns the singular of a unit: `hours` and `hour` are the same unit.
fn singular(name: &str) -> String {
    match name.strip_suffix('s') {
        Some(one) if one.len() > 2 && !one.ends_with('s') && !is_currency(name) => one.to_owned(),
        _ => name.to_owned(),
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = |name: &str, exponent: i8| {
            if exponent == 1 {
                name.to_owned()
            } else {
                format!("{name}^{exponent}")
            }
        };
        let over: Vec<String> = self
            .bases()
            .filter(|(_, exponent)| *exponent > 0)
            .map(|(name, exponent)| power(name, exponent))
            .collect();
        let under: Vec<String> = self
            .bases()
            .filter(|(_, exponent)| *exponent < 0)
            .map(|(name, exponent)| power(name, -exponent))
            .collect();
        f.write_str(&if over.is_empty() && !under.is_empty() {
            "1".to_owned()
        } else {
            over.join("*")
        })?;
        under.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_rates() {
        let unit = |text| Unit::parse(text).expect("a unit");
        assert_eq!(unit("EUR/hour").times(&unit("hours"), 1), unit("EUR"));
        assert_eq!(unit("EUR").times(&unit("EUR"), -1), Unit::plain());
        assert_eq!(unit("EUR/hour").to_string(), "EUR/hour");
        assert_eq!(unit("1/year").to_string(), "1/year");
        assert!(
            Unit::parse("EUR//hour").is_err()
                && Unit::parse("<b>").is_err()
                && Unit::parse("").is_err()
        );
    }

    #[test]
    fn minutes_next_to_hours_are_parts_of_them() {
        let unit = |text| Unit::parse(text).expect("a unit");
        assert_eq!(
            unit("minute").aligned_with(&unit("hour")),
            (unit("hour"), 1.0 / 60.0)
        );
        assert_eq!(
            unit("page/month").aligned_with(&unit("year")),
            (unit("page/year"), 12.0)
        );
        assert_eq!(unit("day").aligned_with(&unit("month")), (unit("day"), 1.0));
    }

    #[test]
    fn conversions_are_exact_or_refused() {
        let factor = |from, to| {
            Unit::parse(from)
                .expect("a unit")
                .factor_to(&Unit::parse(to).expect("a unit"))
        };
        assert_eq!(factor("week", "day"), Some(7.0));
        assert_eq!(factor("EUR/year", "EUR/quarter"), Some(0.25));
        assert_eq!(factor("month", "day"), None);
        assert_eq!(factor("EUR", "USD"), None);
        assert_eq!(factor("EUR/hour", "EUR"), None);
        let stated = |from, to| {
            Unit::parse(from)
                .expect("a unit")
                .factor_to_stated(&Unit::parse(to).expect("a unit"))
        };
        assert_eq!(stated("EUR/hour", "EUR"), Some(1.0));
        assert_eq!(stated("EUR/month", "EUR/year"), Some(12.0));
        assert_eq!(stated("EUR/month", "EUR/day"), None);
        assert_eq!(stated("EUR", "USD"), None);
        assert_eq!(stated("EUR", "page"), None);
    }
}
