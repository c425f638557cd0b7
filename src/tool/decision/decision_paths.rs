//! The roads through a decision: that each of them ends, and that each question and outcome lies on
//! one.
//!
//! Nodes are numbers, roads the numbers they lead to. Knows nothing of how a decision is written.
//! Every walk keeps its own stack, so that no graph runs out of the program's.

use std::collections::VecDeque;

/// Where the roads from each node lead. An outcome has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionPaths {
    pub start: usize,
    /// For each node, where its answers lead.
    pub to: Vec<Vec<usize>>,
    /// The first this many nodes are questions, the others outcomes.
    pub questions: usize,
}

/// What is wrong with a graph of questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphFault {
    /// No road from the start comes here.
    Unreachable(usize),
    /// A road that comes back to where it was: the nodes on it, in order, the first not repeated.
    Endless(Vec<usize>),
    /// A question from which no road leads on.
    DeadEnd(usize),
}

impl DecisionPaths {
    /// All faults: what cannot be reached, what never ends, what stops without an outcome, each in
    /// the order of the nodes.
    pub fn faults(&self) -> Vec<GraphFault> {
        let reached = self.reached();
        let unreachable = (0..self.to.len())
            .filter(|node| !reached[*node])
            .map(GraphFault::Unreachable);
        let dead_ends = (0..self.questions)
            .filter(|node| self.to[*node].is_empty())
            .map(GraphFault::DeadEnd);
        unreachable
            .chain(self.circles().into_iter().map(GraphFault::Endless))
            .chain(dead_ends)
            .collect()
    }

    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.to.len()];
        let mut waiting = VecDeque::from([self.start]);
        while let Some(node) = waiting.pop_front() {
            if !std::mem::replace(&mut reached[node], true) {
                waiting.extend(self.to[node].iter().filter(|next| !reached[**next]));
            }
        }
        reached
    }

    /// One circle for each knot of circles: that which a walk in the order of the answers closes
    /// first.
    fn circles(&self) -> Vec<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum NodeVisits {
            No,
            OnTheWay,
            Left,
        }
        let mut seen = vec![NodeVisits::No; self.to.len()];
        let mut is_told = vec![false; self.to.len()];
        let mut circles = Vec::new();
        for first in std::iter::once(self.start).chain(0..self.to.len()) {
            if seen[first] != NodeVisits::No {
                continue;
            }
            seen[first] = NodeVisits::OnTheWay;
            // Each node on the way, with how many of its roads were taken.
            let mut way = vec![(first, 0)];
            while let Some((node, taken)) = way.last_mut() {
                let node = *node;
                let Some(next) = self.to[node].get(*taken).copied() else {
                    seen[node] = NodeVisits::Left;
                    way.pop();
                    continue;
                };
                *taken += 1;
                match seen[next] {
                    NodeVisits::No => {
                        seen[next] = NodeVisits::OnTheWay;
                        way.push((next, 0));
                    }
                    NodeVisits::OnTheWay => {
                        let from = way
                            .iter()
                            .position(|(node, _)| *node == next)
                            .expect("a node on the way stands in it");
                        let circle: Vec<usize> =
                            way[from..].iter().map(|(node, _)| *node).collect();
                        if !circle.iter().any(|node| is_told[*node]) {
                            circle.iter().for_each(|node| is_told[*node] = true);
                            circles.push(circle);
                        }
                    }
                    NodeVisits::Left => {}
                }
            }
        }
        circles
    }

    /// The number of questions on the longest road to each node. Only for a graph without faults.
    pub fn ranks(&self) -> Vec<usize> {
        let mut roads_in = vec![0_usize; self.to.len()];
        self.to
            .iter()
            .flatten()
            .for_each(|node| roads_in[*node] += 1);
        let mut ranks = vec![0; self.to.len()];
        let mut ready = vec![self.start];
        while let Some(node) = ready.pop() {
            for next in &self.to[node] {
                ranks[*next] = ranks[*next].max(ranks[node] + 1);
                roads_in[*next] -= 1;
                if roads_in[*next] == 0 {
                    ready.push(*next);
                }
            }
        }
        ranks
    }

    /// The fewest and the most questions that a road from the start can ask. Only for a graph
    /// without faults.
    pub fn lengths(&self) -> (usize, usize) {
        let ranks = self.ranks();
        let mut fewest = vec![usize::MAX; self.to.len()];
        fewest[self.start] = 0;
        let mut order: Vec<usize> = (0..self.to.len()).collect();
        order.sort_by_key(|node| ranks[*node]);
        for node in order {
            for next in &self.to[node] {
                fewest[*next] = fewest[*next].min(fewest[node].saturating_add(1));
            }
        }
        let outcomes = self.questions..self.to.len();
        let least = outcomes.clone().map(|node| fewest[node]).min().unwrap_or(0);
        (least, outcomes.map(|node| ranks[node]).max().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn roads(questions: usize, to: &[&[usize]]) -> DecisionPaths {
        DecisionPaths {
            start: 0,
            to: to.iter().map(|roads| roads.to_vec()).collect(),
            questions,
        }
    }

    #[test]
    fn a_sound_graph_has_no_fault() {
        // Two roads meet again, which is no circle.
        let sound = roads(3, &[&[1, 2], &[2, 3], &[3, 4], &[], &[]]);
        assert_eq!(sound.faults(), []);
        assert_eq!(sound.ranks(), [0, 1, 2, 3, 3]);
        assert_eq!(sound.lengths(), (2, 3));
    }

    #[test]
    fn every_fault_names_its_nodes() {
        let spoiled = roads(5, &[&[1, 5], &[2], &[1, 3], &[], &[6], &[], &[]]);
        assert_eq!(
            spoiled.faults(),
            [
                GraphFault::Unreachable(4),
                GraphFault::Unreachable(6),
                GraphFault::Endless(vec![1, 2]),
                GraphFault::DeadEnd(3)
            ]
        );
        assert_eq!(
            roads(1, &[&[0, 1], &[]]).faults(),
            [GraphFault::Endless(vec![0])]
        );
    }

    #[test]
    fn circles_that_share_a_node_are_told_once() {
        let knot = roads(3, &[&[1, 2], &[0, 2], &[0, 3], &[]]);
        assert_eq!(knot.faults(), [GraphFault::Endless(vec![0, 1])]);
    }

    /// Every graph of three questions and one outcome with up to two roads each, held against a
    /// walk of all roads.
    #[test]
    fn faults_agree_with_walking_every_road() {
        let choices: Vec<Vec<usize>> = std::iter::once(vec![])
            .chain((0..16).map(|pair| vec![pair / 4, pair % 4]))
            .collect();
        for first in &choices {
            for second in &choices {
                for third in &choices {
                    let graph = roads(3, &[first, second, third, &[]]);
                    let (mut met, mut is_sound) = ([false; 4], true);
                    let mut walks = vec![vec![0]];
                    while let Some(walk) = walks.pop() {
                        let last = walk[walk.len() - 1];
                        met[last] = true;
                        is_sound &= last == 3 || !graph.to[last].is_empty();
                        for next in &graph.to[last] {
                            if walk.contains(next) {
                                is_sound = false;
                            } else {
                                walks.push([&walk[..], &[*next]].concat());
                            }
                        }
                    }
                    let is_whole = is_sound && met.iter().all(|met| *met);
                    assert_eq!(graph.faults().is_empty(), is_whole, "{graph:?}");
                }
            }
        }
    }

    #[test]
    fn five_hundred_nodes_are_checked_at_once() {
        // Each question leads to the next two: more roads than could ever be walked one by one.
        let to: Vec<Vec<usize>> = (0..500)
            .map(|node| {
                if node < 498 {
                    vec![node + 1, node + 2]
                } else {
                    vec![]
                }
            })
            .collect();
        let graph = DecisionPaths {
            start: 0,
            to,
            questions: 498,
        };
        let best = (0..20).map(|_| {
            let begun = Instant::now();
            assert_eq!(graph.faults(), []);
            assert_eq!(graph.ranks().len(), 500);
            begun.elapsed()
        });
        let best = best.min().unwrap_or_default();
        assert!(best < Duration::from_millis(10), "{best:?}");
    }
}
