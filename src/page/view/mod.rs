//! Views: what templates see, as plain values. A view is closed: it holds everything that it shows
//! of other pages, and its hash is derived from its fields.

mod card;
mod feedback;
mod fields;
mod listing;
mod nav;
mod page;
mod parts;
mod site;

pub use self::card::{Card, SharedCard};
pub use self::feedback::{
    ContactView, CountingView, FeedbackAnswer, FeedbackAnswers, FeedbackView,
};
pub use self::fields::{FieldView, FieldViews, FileView, LinkView, TextView, field, links, plain};
pub use self::listing::{CardGroup, Facet, FacetOption, Listing};
pub use self::nav::{BranchItem, BranchLine, NavView, SectionLink, SharedLine, TreeLine};
pub use self::page::{PageView, PathPositionView};
pub use self::parts::{
    AuthorView, CalendarView, CrumbView, DayView, EventView, FeedView, HeadingView, ImageView,
    MomentView, SocialCardView, SourceView, TermLink, TermView,
};
pub use self::site::{GivingView, SiteFeedbackView, SiteLinksView, SiteView, ThemeView};
