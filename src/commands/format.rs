//! Formats numbers for people: `1 043 pages`, `18.4 MB`, `0.82 s`.

use std::time::Duration;

/// A number with its digits in groups of three.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 page`, `240 pages`.
pub fn count(number: usize, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        grouped(number),
        if number == 1 { "" } else { "s" }
    )
}

/// A number of bytes in decimal units (1 kB = 1000 bytes), as file managers show it.
pub fn size(bytes: u64) -> String {
    let (mut rest, mut unit) = (bytes as f64, "bytes");
    for larger in ["kB", "MB", "GB", "TB"] {
        // A number that would be rounded up to 1000 belongs to the next unit.
        if rest < 999.5 {
            break;
        }
        (rest, unit) = (rest / 1000.0, larger);
    }
    if unit == "bytes" || rest >= 99.95 {
        format!("{rest:.0} {unit}")
    } else {
        format!("{rest:.1} {unit}")
    }
}

pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        _ if seconds < 0.0995 => format!("{:.0} ms", seconds * 1000.0),
        _ if seconds < 99.995 => format!("{seconds:.2} s"),
        _ => format!(
            "{} min {:02} s",
            duration.as_secs() / 60,
            duration.as_secs() % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(1043), grouped(1_234_567)),
            ("0".into(), "999".into(), "1 043".into(), "1 234 567".into())
        );
        assert_eq!(
            (count(1, "page"), count(0, "page")),
            ("1 page".into(), "0 pages".into())
        );
        for (bytes, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (18_412_000, "18.4 MB"),
            (999_999, "1.0 MB"),
            (250_000, "250 kB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
        for (ms, expected) in [
            (4, "4 ms"),
            (820, "0.82 s"),
            (12_340, "12.34 s"),
            (125_000, "2 min 05 s"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), expected);
        }
    }
}
