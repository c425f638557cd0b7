//! Bar charts as inline SVG. Each bar has its label and its value as text, so that no information
//! is only visual.

use super::PlotBar;
use crate::escape;

const WIDTH: usize = 640;
const LABEL: usize = 190;
const FIGURE: usize = 48;
const HEIGHT: usize = 26;

/// Draws one horizontal bar per line. `title` describes the chart to readers who do not see it.
pub fn bars(title: &str, bars: &[PlotBar]) -> String {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let room = WIDTH - LABEL - FIGURE;
    let mut svg = format!(
        "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" aria-label=\"{title}\">",
        height = bars.len() * HEIGHT,
        title = escape::html(title)
    );
    for (number, bar) in bars.iter().enumerate() {
        let (top, length) = (number * HEIGHT, bar.count * room / most);
        let baseline = top + HEIGHT / 2 + 5;
        let label = escape::html(&shortened(&bar.label));
        svg.push_str(&format!(
            "<text class=\"label\" x=\"{}\" y=\"{baseline}\" text-anchor=\"end\">{label}</text>\
             <rect x=\"{LABEL}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>\
             <text x=\"{}\" y=\"{baseline}\">{}</text>",
            LABEL - 10,
            top + 4,
            length.max(usize::from(bar.count > 0) * 2),
            HEIGHT - 8,
            LABEL + length + 8,
            bar.count
        ));
    }
    svg + "</svg>"
}

/// The part of a label that fits next to a bar.
fn shortened(label: &str) -> String {
    const CHARS_MAX: usize = 26;
    if label.chars().count() <= CHARS_MAX {
        return label.to_owned();
    }
    format!(
        "…{}",
        label
            .chars()
            .skip(label.chars().count() - CHARS_MAX + 1)
            .collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_they_count() {
        let bar = |label: &str, count| PlotBar {
            label: label.into(),
            count,
        };
        let svg = bars("A & B", &[bar("one", 4), bar("<two>", 1), bar("none", 0)]);
        assert!(svg.contains("aria-label=\"A &amp; B\"") && svg.contains("&lt;two&gt;"));
        let widths: Vec<&str> = svg
            .split("width=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(widths, ["402", "100", "0"]);
        assert!(bars("nothing", &[]).ends_with("</svg>"));
    }
}
