//! Formats a formula for readers: labels replace names, and signs are typographic.

use super::lexer::{self, FormulaToken};

/// Formats a formula that could be parsed; `label` returns the label of a name.
pub fn words(text: &str, label: &dyn Fn(&str) -> Option<String>) -> String {
    let Ok(tokens) = lexer::tokens(text) else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut is_after_value = false;
    for (token, range) in tokens {
        let is_value = matches!(
            token,
            FormulaToken::Number(_)
                | FormulaToken::Text(_)
                | FormulaToken::Name(_)
                | FormulaToken::Sign(")" | "true" | "false")
        );
        match token {
            FormulaToken::End => {}
            FormulaToken::Number(_) => out.push_str(&text[range]),
            FormulaToken::Text(text) => {
                out.push('“');
                out.push_str(&text);
                out.push('”');
            }
            FormulaToken::Name(name) => {
                if is_after_value {
                    out.push(' ');
                }
                out.push_str(&label(&name).unwrap_or(name));
            }
            FormulaToken::Sign("(" | ")") => out.push_str(&text[range]),
            FormulaToken::Sign(",") => out.push_str(", "),
            FormulaToken::Sign("not") => out.push_str("not "),
            FormulaToken::Sign("-") if !is_after_value => out.push('−'),
            FormulaToken::Sign("%") => out.push_str(
                if text[range.end..]
                    .trim_start()
                    .starts_with(|c: char| c.is_alphanumeric() || c == '(')
                {
                    " mod "
                } else {
                    "%"
                },
            ),
            FormulaToken::Sign(sign) if is_value => out.push_str(sign),
            FormulaToken::Sign(sign) => {
                out.push(' ');
                out.push_str(printed(sign));
                out.push(' ');
            }
        }
        is_after_value = is_value;
    }
    out
}

fn printed(sign: &str) -> &str {
    match sign {
        "*" => "×",
        "/" => "÷",
        "-" => "−",
        "<=" => "≤",
        ">=" => "≥",
        "==" => "=",
        "!=" => "≠",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_for_readers() {
        let label = |name: &str| (name == "weeks").then(|| "Weeks off".to_owned());
        assert_eq!(
            words("(52-weeks)*40 / -2", &label),
            "(52 − Weeks off) × 40 ÷ −2"
        );
        assert_eq!(
            words("round(a % b,1) + 60%", &label),
            "round(a mod b, 1) + 60%"
        );
        assert_eq!(
            words("if(not a and b >= 'x', 50 EUR, 0)", &label),
            "if(not a and b ≥ “x”, 50 EUR, 0)"
        );
    }
}
