//! The site's folder on disk: the only place, with the cache's store, that names `std::fs`.

pub mod publish;
