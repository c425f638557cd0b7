//! A decision as a diagram: questions are boxes with their answers, from left to right, and a line
//! connects each answer to its target.
//!
//! The input is a valid graph. The output is an SVG without styles, scripts or unescaped text; the
//! theme's style sheet sets its colors. All coordinates are integers, so the same decision always
//! gives the same bytes.

use std::fmt::Write;

use crate::escape;
use crate::tool::decision::decision_paths::DecisionPaths;

/// The text of a box.
pub struct DiagramNode<'a> {
    pub text: &'a str,
    /// The answers, in the order of the node's paths.
    pub answers: Vec<&'a str>,
}

const BOX_WIDTH: usize = 232;
const COLUMN_GAP: usize = 72;
const ROW_GAP: usize = 20;
const LINE_HEIGHT: usize = 19;
const ANSWER_HEIGHT: usize = 26;
const PADDING: usize = 12;
/// The most text in a line of a box, in half letters: 24 bold letters of a wide sans serif at 13
/// pixels fill a box.
const LINE_WIDTH_MAX: usize = 48;
const LINES_MAX: usize = 3;
/// An answer is not bold, so more of it fits.
const ANSWER_WIDTH_MAX: usize = 54;

struct Diagram {
    lines: Vec<String>,
    x: usize,
    y: usize,
    height: usize,
}

/// Renders the graph as an SVG of the class `decision-map`, with `name` as its accessible name.
pub fn draw(paths: &DecisionPaths, nodes: &[DiagramNode], name: &str) -> String {
    let boxes = placed(paths, nodes);
    let width = boxes
        .iter()
        .map(|drawn| drawn.x + BOX_WIDTH)
        .max()
        .unwrap_or(0)
        + 1;
    let height = boxes
        .iter()
        .map(|drawn| drawn.y + drawn.height)
        .max()
        .unwrap_or(0)
        + 1;
    let mut svg = format!(
        "<svg class=\"decision-map\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\""
    );
    escape::html_into(&mut svg, name);
    svg.push_str("\">\n");
    for (node, leads_to) in paths.to.iter().enumerate() {
        for (answer, to) in leads_to.iter().enumerate() {
            edge(&mut svg, &boxes[node], answer, &boxes[*to]);
        }
    }
    for (index, node) in nodes.iter().enumerate() {
        draw_box(&mut svg, &boxes[index], node, index < paths.questions);
    }
    svg.push_str("</svg>");
    svg
}

/// Places nodes in columns by rank. Within a column, a node is as close to the answers that lead to
/// it as space allows.
fn placed(paths: &DecisionPaths, nodes: &[DiagramNode]) -> Vec<Diagram> {
    let ranks = paths.ranks();
    let mut boxes: Vec<Diagram> = nodes
        .iter()
        .zip(&ranks)
        .map(|(node, rank)| {
            let lines = wrapped(node.text, LINES_MAX, LINE_WIDTH_MAX);
            let height = head_height(lines.len()) + node.answers.len() * ANSWER_HEIGHT;
            Diagram {
                lines,
                x: rank * (BOX_WIDTH + COLUMN_GAP),
                y: 0,
                height,
            }
        })
        .collect();
    // For each node, the sum of the heights of its incoming paths, and their number.
    let mut pull = vec![(0_usize, 0_usize); nodes.len()];
    for rank in 0..=ranks.iter().copied().max().unwrap_or(0) {
        let mut column: Vec<usize> = (0..nodes.len())
            .filter(|node| ranks[*node] == rank)
            .collect();
        let wanted = |node: usize| pull[node].0.checked_div(pull[node].1).unwrap_or(0);
        column.sort_by_key(|node| (wanted(*node), *node));
        let mut free = 0;
        for node in &column {
            boxes[*node].y = wanted(*node)
                .saturating_sub(head_height(boxes[*node].lines.len()) / 2)
                .max(free);
            free = boxes[*node].y + boxes[*node].height + ROW_GAP;
        }
        for node in column {
            for (answer, to) in paths.to[node].iter().enumerate() {
                pull[*to] = (
                    pull[*to].0 + answer_label_center(&boxes[node], answer),
                    pull[*to].1 + 1,
                );
            }
        }
    }
    boxes
}

fn head_height(lines: usize) -> usize {
    2 * PADDING + lines.max(1) * LINE_HEIGHT
}

fn answer_label_center(drawn: &Diagram, answer: usize) -> usize {
    drawn.y + head_height(drawn.lines.len()) + answer * ANSWER_HEIGHT + ANSWER_HEIGHT / 2
}

fn edge(svg: &mut String, from: &Diagram, answer: usize, to: &Diagram) {
    let (x, y) = (from.x + BOX_WIDTH, answer_label_center(from, answer));
    let (end, level) = (to.x, to.y + head_height(to.lines.len()) / 2);
    let bend = COLUMN_GAP / 2;
    let _ = writeln!(
        svg,
        "<path d=\"M{x} {y}C{} {y} {} {level} {} {level}\"/>",
        x + bend,
        end - bend,
        end - 7
    );
    let _ = writeln!(
        svg,
        "<path class=\"arrowhead\" d=\"M{end} {level}l-8-4v8z\"/>"
    );
}

fn draw_box(svg: &mut String, drawn: &Diagram, node: &DiagramNode, is_question: bool) {
    let Diagram {
        lines,
        x,
        y,
        height,
    } = drawn;
    let class = if is_question {
        "question-node"
    } else {
        "outcome-node"
    };
    let _ = write!(svg, "<g class=\"{class}\"><title>");
    escape::html_into(svg, node.text);
    let _ = writeln!(
        svg,
        "</title><rect x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" height=\"{height}\" rx=\"3\"/>"
    );
    for (number, line) in lines.iter().enumerate() {
        text(
            svg,
            x + PADDING,
            y + PADDING + number * LINE_HEIGHT + 14,
            line,
        );
    }
    svg.push_str("</g>\n");
    for (number, answer) in node.answers.iter().enumerate() {
        let top = y + head_height(lines.len()) + number * ANSWER_HEIGHT;
        svg.push_str("<g class=\"answer\"><title>");
        escape::html_into(svg, answer);
        let _ = writeln!(svg, "</title><path d=\"M{x} {top}h{BOX_WIDTH}\"/>");
        let line = wrapped(answer, 1, ANSWER_WIDTH_MAX);
        text(
            svg,
            x + PADDING,
            top + 18,
            line.first().map_or("", String::as_str),
        );
        svg.push_str("</g>\n");
    }
}

fn text(svg: &mut String, x: usize, y: usize, line: &str) {
    let _ = write!(svg, "<text x=\"{x}\" y=\"{y}\">");
    escape::html_into(svg, line);
    svg.push_str("</text>\n");
}

/// Wraps a text to at most this many lines, and cuts the rest off with `…`.
fn wrapped(text: &str, lines_max: usize, width_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut filled) = (String::new(), 0);
    for word in text.split_whitespace() {
        let needed = width(word);
        if filled > 0 && filled + 1 + needed > width_max {
            lines.push(std::mem::take(&mut line));
            filled = 0;
        }
        if filled > 0 {
            line.push(' ');
            filled += 1;
        }
        for letter in word.chars() {
            let wide = letter_width(letter);
            if filled + wide > width_max {
                lines.push(std::mem::take(&mut line));
                filled = 0;
            }
            line.push(letter);
            filled += wide;
        }
    }
    lines.push(line);
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        if let Some(last) = lines.last_mut() {
            while width(last) + 2 > width_max {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

fn width(text: &str) -> usize {
    text.chars().map(letter_width).sum()
}

/// The width of a letter in half letters. East Asian letters are twice as wide as others, and
/// narrow characters half as wide.
fn letter_width(letter: char) -> usize {
    match letter {
        '\u{1100}'..='\u{11FF}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FF60}' => 4,
        'i' | 'j' | 'l' | '.' | ',' | ';' | ':' | '!' | '\'' | '’' | '|' | '(' | ')' | ' ' => 1,
        'm' | 'w' | 'M' | 'W' | '—' => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> (DecisionPaths, Vec<DiagramNode<'static>>) {
        let paths = DecisionPaths {
            start: 0,
            to: vec![vec![1, 2], vec![], vec![]],
            questions: 1,
        };
        let node = |text, answers| DiagramNode { text, answers };
        (
            paths,
            vec![
                node("Is it <whole>?", vec!["Yes", "\"No\" & more"]),
                node("A gift", vec![]),
                node("A hook", vec![]),
            ],
        )
    }

    #[test]
    fn what_is_written_stays_text() {
        let (paths, nodes) = three();
        let svg = draw(&paths, &nodes, "a \"name\"");
        assert!(
            svg.contains("Is it &lt;whole&gt;?")
                && svg.contains("&amp; more")
                && svg.contains("aria-label=\"a &quot;name&quot;\""),
            "{svg}"
        );
        assert!(!svg.contains("style") && !svg.contains("<whole>"), "{svg}");
        assert_eq!(svg.matches("class=\"arrowhead\"").count(), 2);
    }

    #[test]
    fn boxes_do_not_overlap() {
        let to: Vec<Vec<usize>> = (0..60)
            .map(|node| {
                if node < 40 {
                    vec![node + 1, (node + 9).min(59), 40 + node % 20]
                } else {
                    vec![]
                }
            })
            .collect();
        let to: Vec<Vec<usize>> = to
            .into_iter()
            .enumerate()
            .map(|(at, paths)| paths.into_iter().filter(|to| *to > at).collect())
            .collect();
        let paths = DecisionPaths {
            start: 0,
            to,
            questions: 40,
        };
        let texts: Vec<String> = (0..60)
            .map(|node| format!("Question {node} {}", "with many words ".repeat(node % 4)))
            .collect();
        let nodes: Vec<DiagramNode> = texts
            .iter()
            .zip(&paths.to)
            .map(|(text, to)| DiagramNode {
                text,
                answers: to.iter().map(|_| "answer").collect(),
            })
            .collect();
        let boxes = placed(&paths, &nodes);
        for (at, one) in boxes.iter().enumerate() {
            for other in &boxes[at + 1..] {
                let apart = one.x != other.x
                    || one.y + one.height + ROW_GAP <= other.y
                    || other.y + other.height + ROW_GAP <= one.y;
                assert!(apart, "{} {} / {} {}", one.x, one.y, other.x, other.y);
            }
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let long = "a word that is longer ".repeat(20);
        let lines = wrapped(&long, 3, LINE_WIDTH_MAX);
        assert_eq!((lines.len(), lines[2].ends_with('…')), (3, true));
        assert!(
            lines.iter().all(|line| width(line) <= LINE_WIDTH_MAX),
            "{lines:?}"
        );
        assert_eq!(wrapped("", 3, LINE_WIDTH_MAX), [""]);
        assert_eq!(
            wrapped(&"x".repeat(60), 3, LINE_WIDTH_MAX)
                .iter()
                .map(|line| line.len())
                .collect::<Vec<_>>(),
            [24, 24, 12]
        );
    }
}
