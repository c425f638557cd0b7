//! Text as part of an address's query.

use crate::escape;

/// Encodes the pieces of a text for a query.
pub fn query_encoded(pieces: &[&str]) -> String {
    let mut encoded = String::with_capacity(pieces.iter().map(|piece| piece.len() * 2).sum());
    for piece in pieces {
        escape::percent_into(&mut encoded, piece, escape::UNRESERVED);
    }
    encoded
}
