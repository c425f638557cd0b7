//! The published form of a file of the content, without private data.

use std::io::{self, Read};
use std::sync::Arc;

use super::SiteImages;
use crate::images::{self, ErasingReader, Erasures, FileType, ImageFault, ImageType};
use crate::paths::SourcePath;
use crate::source::Files;

/// The published form of a file of the content.
pub enum PublishedForm {
    /// It is copied piece by piece.
    Copied(CopiedFile),
    Bytes(Vec<u8>),
    /// It contains private data that cannot be removed, so it is not published.
    Nothing,
}

/// A file that is published unchanged, or with some parts overwritten. It may be larger than the
/// memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedFile {
    pub source: SourcePath,
    erasures: Arc<Erasures>,
}

impl CopiedFile {
    pub fn as_it_is(source: &SourcePath) -> Self {
        Self {
            source: source.clone(),
            erasures: Arc::default(),
        }
    }

    /// Whether it is published unchanged.
    pub fn is_as_it_is(&self) -> bool {
        self.erasures.is_empty()
    }

    /// Opens the published form at a position, in bytes.
    ///
    /// # Errors
    /// The errors of the file system.
    pub fn open_at<'a>(
        &'a self,
        files: &'a dyn Files,
        from: u64,
    ) -> io::Result<Box<dyn Read + Send + 'a>> {
        let file = files.open_at(&self.source, from)?;
        Ok(if self.is_as_it_is() {
            file
        } else {
            Box::new(ErasingReader {
                file,
                at: from,
                erasures: &self.erasures,
            })
        })
    }
}

impl SiteImages {
    /// The published form of a file of the content, and the reason if it differs from the file.
    ///
    /// # Errors
    /// The errors of reading.
    pub fn published(
        &self,
        files: &dyn Files,
        source: &SourcePath,
    ) -> io::Result<(PublishedForm, Option<ImageFault>)> {
        let as_it_is = || Ok((PublishedForm::Copied(CopiedFile::as_it_is(source)), None));
        if !self.is_on() {
            return as_it_is();
        }
        let by_name = ImageType::of_name(source.name());
        if by_name != Some(ImageType::Svg) {
            match images::content_of(&files.head(source, images::HEAD_BYTES)?) {
                FileType::Image(_) | FileType::OtherImage(_) => {}
                FileType::Film(_) => return film(files, source),
                FileType::Svg | FileType::Other(_) => return as_it_is(),
            }
        }
        let bytes = files.read(source)?;
        let Some(seen) = self.seen(files, source) else {
            return Ok((PublishedForm::Nothing, None));
        };
        Ok(match images::published(&seen.site_image, &bytes) {
            Ok(bytes) => (PublishedForm::Bytes(bytes.into_owned()), None),
            Err(fault) if by_name == Some(ImageType::Svg) => (
                PublishedForm::Bytes(images::EMPTY_DRAWING.into()),
                Some(fault),
            ),
            Err(fault) => (PublishedForm::Nothing, Some(fault)),
        })
    }
}

/// A video or an audio recording. Only its boxes are read here.
fn film(files: &dyn Files, source: &SourcePath) -> io::Result<(PublishedForm, Option<ImageFault>)> {
    let mut read = |from: u64, count: usize| {
        let mut bytes = Vec::new();
        files
            .open_at(source, from)?
            .take(count as u64)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    Ok(
        match images::private_parts(files.length(source)?, &mut read)? {
            Some(erasures) => (
                PublishedForm::Copied(CopiedFile {
                    source: source.clone(),
                    erasures: Arc::new(erasures),
                }),
                None,
            ),
            None => (PublishedForm::Nothing, Some(ImageFault::UnknownParts)),
        },
    )
}
