//! The paths through a decision: checks that each path ends, and that each question and outcome is
//! on one.
//!
//! Nodes are numbers, and an answer is the number of the node that it leads to. This module does
//! not know how a decision is declared. Every walk keeps an explicit stack, so that no graph
//! overflows the call stack.

use std::collections::VecDeque;

/// The graph of a decision. Outcomes have no answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionPaths {
    pub start: usize,
    /// For each node, the nodes that its answers lead to.
    pub to: Vec<Vec<usize>>,
    /// The number of questions. They are the first nodes; the others are outcomes.
    pub questions: usize,
}

/// A fault in the graph of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphFault {
    /// No path from the start leads to this node.
    Unreachable(usize),
    /// A cycle: its nodes in order, the first not repeated. See DECISIONS: "A cycle in a decision
    /// is an error, even if readers can leave it".
    Endless(Vec<usize>),
    /// A question without answers.
    DeadEnd(usize),
}

impl DecisionPaths {
    /// All faults: unreachable nodes, then cycles, then dead ends, each in the order of the nodes.
    pub fn faults(&self) -> Vec<GraphFault> {
        let reached = self.reached();
        let unreachable = (0..self.to.len())
            .filter(|node| !reached[*node])
            .map(GraphFault::Unreachable);
        let dead_ends = (0..self.questions)
            .filter(|node| self.to[*node].is_empty())
            .map(GraphFault::DeadEnd);
        unreachable
            .chain(self.cycles().into_iter().map(GraphFault::Endless))
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

    /// The cycles of the graph, no two of which share a node. Of cycles that share a node, this
    /// returns the one that a walk in the order of the answers closes first.
    fn cycles(&self) -> Vec<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum NodeVisits {
            No,
            OnPath,
            Left,
        }
        let mut seen = vec![NodeVisits::No; self.to.len()];
        let mut is_reported = vec![false; self.to.len()];
        let mut cycles = Vec::new();
        for first in std::iter::once(self.start).chain(0..self.to.len()) {
            if seen[first] != NodeVisits::No {
                continue;
            }
            seen[first] = NodeVisits::OnPath;
            // Each node on the current path, with the number of its answers already followed.
            let mut path = vec![(first, 0)];
            while let Some((node, taken)) = path.last_mut() {
                let node = *node;
                let Some(next) = self.to[node].get(*taken).copied() else {
                    seen[node] = NodeVisits::Left;
                    path.pop();
                    continue;
                };
                *taken += 1;
                match seen[next] {
                    NodeVisits::No => {
                        seen[next] = NodeVisits::OnPath;
                        path.push((next, 0));
                    }
                    NodeVisits::OnPath => {
                        let from = path
                            .iter()
                            .position(|(node, _)| *node == next)
                            .expect("a node marked as on the path is on it");
                        let cycle: Vec<usize> =
                            path[from..].iter().map(|(node, _)| *node).collect();
                        if !cycle.iter().any(|node| is_reported[*node]) {
                            cycle.iter().for_each(|node| is_reported[*node] = true);
                            cycles.push(cycle);
                        }
                    }
                    NodeVisits::Left => {}
                }
            }
        }
        cycles
    }

    /// The number of questions on the longest path to each node. The graph must have no faults.
    pub fn ranks(&self) -> Vec<usize> {
        let mut incoming = vec![0_usize; self.to.len()];
        self.to
            .iter()
            .flatten()
            .for_each(|node| incoming[*node] += 1);
        let mut ranks = vec![0; self.to.len()];
        let mut ready = vec![self.start];
        while let Some(node) = ready.pop() {
            for next in &self.to[node] {
                ranks[*next] = ranks[*next].max(ranks[node] + 1);
                incoming[*next] -= 1;
                if incoming[*next] == 0 {
                    ready.push(*next);
                }
            }
        }
        ranks
    }

    /// The fewest and the most questions on a path from the start to an outcome. The graph must
    /// have no faults.
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

    fn paths(questions: usize, to: &[&[usize]]) -> DecisionPaths {
        DecisionPaths {
            start: 0,
            to: to.iter().map(|answers| answers.to_vec()).collect(),
            questions,
        }
    }

    #[test]
    fn a_valid_graph_has_no_fault() {
        // Two paths meet again, which is not a cycle.
        let valid = paths(3, &[&[1, 2], &[2, 3], &[3, 4], &[], &[]]);
        assert_eq!(valid.faults(), []);
        assert_eq!(valid.ranks(), [0, 1, 2, 3, 3]);
        assert_eq!(valid.lengths(), (2, 3));
    }

    #[test]
    fn every_fault_names_its_nodes() {
        let faulty = paths(5, &[&[1, 5], &[2], &[1, 3], &[], &[6], &[], &[]]);
        assert_eq!(
            faulty.faults(),
            [
                GraphFault::Unreachable(4),
                GraphFault::Unreachable(6),
                GraphFault::Endless(vec![1, 2]),
                GraphFault::DeadEnd(3)
            ]
        );
        assert_eq!(
            paths(1, &[&[0, 1], &[]]).faults(),
            [GraphFault::Endless(vec![0])]
        );
    }

    #[test]
    fn cycles_that_share_a_node_are_reported_once() {
        let tangled = paths(3, &[&[1, 2], &[0, 2], &[0, 3], &[]]);
        assert_eq!(tangled.faults(), [GraphFault::Endless(vec![0, 1])]);
    }

    /// Compares the faults of every graph of three questions and one outcome, with up to two
    /// answers each, with a walk along every path.
    #[test]
    fn faults_agree_with_walking_every_path() {
        let choices: Vec<Vec<usize>> = std::iter::once(vec![])
            .chain((0..16).map(|pair| vec![pair / 4, pair % 4]))
            .collect();
        for first in &choices {
            for second in &choices {
                for third in &choices {
                    let graph = paths(3, &[first, second, third, &[]]);
                    let (mut reached, mut is_valid) = ([false; 4], true);
                    let mut walks = vec![vec![0]];
                    while let Some(walk) = walks.pop() {
                        let last = walk[walk.len() - 1];
                        reached[last] = true;
                        is_valid &= last == 3 || !graph.to[last].is_empty();
                        for next in &graph.to[last] {
                            if walk.contains(next) {
                                is_valid = false;
                            } else {
                                walks.push([&walk[..], &[*next]].concat());
                            }
                        }
                    }
                    let is_faultless = is_valid && reached.iter().all(|reached| *reached);
                    assert_eq!(graph.faults().is_empty(), is_faultless, "{graph:?}");
                }
            }
        }
    }

    #[test]
    fn five_hundred_nodes_are_checked_at_once() {
        // Each question leads to the next two: too many paths to walk one by one.
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
