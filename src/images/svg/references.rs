//! Counts the elements that a browser draws for an SVG. Each reference (`<use>`, a pattern, a
//! marker …) draws its target once more.

use std::collections::HashMap;

/// The elements of an image and the references between them.
#[derive(Default)]
pub struct ReferenceGraph {
    /// For each element, the numbers of its children and the ids that it refers to, which it draws
    /// in addition to itself.
    children: Vec<Vec<u32>>,
    named: Vec<Vec<String>>,
    ids: HashMap<String, u32>,
    open: Vec<u32>,
}

impl ReferenceGraph {
    pub fn open(&mut self, id: Option<String>, named: Vec<String>) {
        let Ok(number) = u32::try_from(self.children.len()) else {
            return;
        };
        if let Some(around) = self.open.last() {
            self.children[*around as usize].push(number);
        }
        self.children.push(Vec::new());
        self.named.push(named);
        if let Some(id) = id {
            self.ids.entry(id).or_insert(number);
        }
        self.open.push(number);
    }

    pub fn close(&mut self) {
        self.open.pop();
    }

    /// How many elements are drawn. A cycle is drawn once, as in browsers.
    pub fn drawn(&self) -> u64 {
        if self.named.iter().all(Vec::is_empty) {
            return self.children.len() as u64;
        }
        let mut costs: Vec<Option<u64>> = vec![None; self.children.len()];
        let mut is_begun = vec![false; self.children.len()];
        let mut stack: Vec<u32> = if self.children.is_empty() {
            Vec::new()
        } else {
            vec![0]
        };
        while let Some(number) = stack.last().copied() {
            let at = number as usize;
            let of = self.children[at].iter().copied().chain(
                self.named[at]
                    .iter()
                    .filter_map(|id| self.ids.get(id).copied()),
            );
            if !is_begun[at] {
                is_begun[at] = true;
                let ahead = of.filter(|other| !is_begun[*other as usize]);
                stack.extend(ahead);
                continue;
            }
            stack.pop();
            if costs[at].is_none() {
                let cost = of
                    .map(|other| costs[other as usize].unwrap_or(0))
                    .fold(1_u64, u64::saturating_add);
                costs[at] = Some(cost);
            }
        }
        costs.first().copied().flatten().unwrap_or(0)
    }
}

/// The ids that a value refers to with `url(#id)`.
pub fn ids_in(value: &str) -> impl Iterator<Item = String> {
    value.split("url(").skip(1).filter_map(|rest| {
        let rest = rest
            .trim_start()
            .trim_start_matches(['"', '\''])
            .trim_start()
            .strip_prefix('#')?;
        Some(rest.split([')', '"', '\'']).next()?.trim_end().to_owned())
    })
}
