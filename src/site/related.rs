//! Related pages: those that share topics and links with a page. The result is the same in every
//! build.

use super::links::Destination;
use super::topics::TermPages;
use super::{PageId, PageMap, Site};

/// A topic contributes at most this many candidates, so that the work does not grow with the square
/// of a topic's pages.
const CANDIDATES_PER_TOPIC: usize = 60;

/// For each page, its topics, rarest first: the topic's position in `Site::topics` and the page's
/// position in that topic's list.
pub struct Relations {
    topics_of: PageMap<Vec<(usize, usize)>>,
}

impl Relations {
    pub fn new(site: &Site) -> Self {
        let mut topics_of = PageMap::filled(site.tables.pages.len(), Vec::new());
        for (topic, term) in site.topics.iter().enumerate() {
            for (position, page) in term.pages.iter().enumerate() {
                topics_of[*page].push((topic, position));
            }
        }
        for id in site.ids() {
            topics_of[*id].sort_by_key(|(topic, _)| (site.topics[*topic].pages.len(), *topic));
        }
        Relations { topics_of }
    }

    /// The pages most related to `page`, best first, at most `count`. Pages that the writer named
    /// come first, then the others by score: a rarer shared topic counts more, and a link in either
    /// direction counts as much as two average topics.
    pub fn of(&self, site: &Site, page: PageId, count: usize) -> Vec<PageId> {
        let own = site.page(page);
        let destination = |to: &Destination| match to {
            Destination::Page { page, .. } => Some(*page),
            _ => None,
        };
        let mut best: Vec<PageId> = Vec::new();
        for id in own
            .related
            .iter()
            .filter_map(|resolved| destination(&resolved.to))
        {
            if id != page && !best.contains(&id) {
                best.push(id);
            }
        }
        let mut points: Vec<(PageId, f64)> =
            Vec::with_capacity(self.topics_of[page].len() * CANDIDATES_PER_TOPIC);
        for (topic, position) in &self.topics_of[page] {
            let term = &site.topics[*topic];
            let weight = 1.0 / (1.0 + (term.pages.len() as f64).ln());
            points.extend(candidates(term, *position).map(|id| (id, weight)));
        }
        let linked = own
            .links
            .iter()
            .filter_map(|resolved| destination(&resolved.to))
            .chain(own.backlinks.iter().copied());
        points.extend(linked.map(|id| (id, 0.5)));
        // The sort is stable, so that each page's points are added in the order in which they were
        // found.
        points.sort_by_key(|(id, _)| site.tables.position(*id));
        let mut scores: Vec<(PageId, f64)> = Vec::with_capacity(points.len());
        for (id, more) in points {
            match scores.last_mut().filter(|(last, _)| *last == id) {
                Some((_, score)) => *score += more,
                None => scores.push((id, more)),
            }
        }
        let next = own
            .next
            .as_ref()
            .and_then(|resolved| destination(&resolved.to));
        scores.retain(|(id, _)| *id != page && Some(*id) != next && !best.contains(id));
        scores.sort_unstable_by(|(a, score_a), (b, score_b)| {
            let by_source = || site.tables.position(*a).cmp(&site.tables.position(*b));
            score_b.total_cmp(score_a).then_with(by_source)
        });
        // Only the best are tested, since each test reads another part of memory.
        let is_fit = |id: &PageId| {
            site.page(*id).is_listed() && site.sections[site.page(*id).section].page != Some(*id)
        };
        let wanted = count.saturating_sub(best.len());
        best.extend(
            scores
                .into_iter()
                .map(|(id, _)| id)
                .filter(is_fit)
                .take(wanted),
        );
        best.truncate(count);
        best
    }
}

/// The pages around a position in a topic's list, so that the candidates differ from page to page.
fn candidates(term: &TermPages, position: usize) -> impl Iterator<Item = PageId> + '_ {
    let start = position
        .saturating_sub(CANDIDATES_PER_TOPIC / 2)
        .min(term.pages.len().saturating_sub(CANDIDATES_PER_TOPIC));
    term.pages[start..]
        .iter()
        .copied()
        .take(CANDIDATES_PER_TOPIC)
}
