//! The numbers of pages. A number is derived from the page's address, so a new page does not
//! renumber other pages. Pages are divided into files by their numbers, so a new page changes only
//! one file.

use crate::fingerprint::Fingerprint;

/// The number of bits of a number: few enough for a short encoding, enough that addresses seldom
/// collide.
const BITS: u32 = 24;

/// A number for each address, in the same order. Addresses that collide take the next numbers, in
/// alphabetical order.
pub fn numbers(addresses: &[&str]) -> Vec<u32> {
    let mut sorted: Vec<(u32, &str, usize)> = addresses
        .iter()
        .enumerate()
        .map(|(index, address)| (wanted(address), *address, index))
        .collect();
    sorted.sort_unstable();
    let (mut numbers, mut next) = (vec![0; addresses.len()], 0);
    for (wanted, _, index) in sorted {
        numbers[index] = wanted.max(next);
        next = numbers[index] + 1;
    }
    numbers
}

fn wanted(address: &str) -> u32 {
    let hash = *Fingerprint::of(address).as_bytes();
    u32::from_be_bytes([0, hash[0], hash[1], hash[2]])
}

/// Divides rising numbers, each with a size, into ranges of positions. The space of numbers is
/// halved until each part is small enough.
pub fn ranges(items: &[(u32, usize)], size_max: usize) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    // Addresses that collided can be slightly beyond the last number.
    halve(items, 0, 0, BITS + 1, size_max, &mut ranges);
    ranges
}

fn halve(
    items: &[(u32, usize)],
    offset: usize,
    start: u32,
    bits: u32,
    size_max: usize,
    ranges: &mut Vec<std::ops::Range<usize>>,
) {
    if items.is_empty() {
        return;
    }
    let size: usize = items.iter().map(|(_, size)| size).sum();
    if items.len() == 1 || size <= size_max || bits == 0 {
        return ranges.push(offset..offset + items.len());
    }
    let middle = start + (1 << (bits - 1));
    let at = items.partition_point(|(number, _)| *number < middle);
    halve(&items[..at], offset, start, bits - 1, size_max, ranges);
    halve(
        &items[at..],
        offset + at,
        middle,
        bits - 1,
        size_max,
        ranges,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_new_address_moves_no_other(addresses in prop::collection::btree_set("[a-z]{1,12}", 1..200), new in "[A-Z]{1,12}") {
            let before: Vec<&str> = addresses.iter().map(String::as_str).collect();
            let mut after = before.clone();
            after.push(&new);
            prop_assume!(!before.iter().any(|address| wanted(address) == wanted(&new)));
            let (old, now) = (numbers(&before), numbers(&after));
            prop_assert_eq!(&old[..], &now[..old.len()]);
            prop_assert!(!old.contains(&now[old.len()]));
        }

        #[test]
        fn ranges_hold_everything_once(sizes in prop::collection::btree_map(0_u32..1 << 24, 1_usize..3000, 0..300)) {
            let items: Vec<(u32, usize)> = sizes.into_iter().collect();
            let ranges = ranges(&items, 4000);
            let held: Vec<usize> = ranges.iter().cloned().flatten().collect();
            prop_assert_eq!(held, (0..items.len()).collect::<Vec<_>>());
            for range in ranges {
                let size: usize = items[range.clone()].iter().map(|(_, size)| size).sum();
                prop_assert!(size <= 4000 || range.len() == 1);
            }
        }
    }
}
