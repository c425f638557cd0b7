//! The note that a running preview leaves in the site's folder, and the request with which
//! `handsel serve --goto` or an editor's plugin makes it go to a line of a source. The manual's page
//! about the preview describes both for authors of plugins.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::OWN_PREFIX;
use super::guard::TOKEN_HEADER;

/// How long a preview may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest response that is read, in bytes.
const ANSWER_MAX: u64 = 64 * 1024;

/// The contents of the note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceNote {
    pub address: SocketAddr,
    pub token: String,
    pub pid: u32,
}

/// The preview's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GotoAnswer {
    /// The page's address, and whether a tab shows it now.
    Gone { address: String, is_shown: bool },
    /// The preview refused; the text says why.
    Refused(String),
}

impl InstanceNote {
    /// Asks the preview to show a line of a source, named from the site's folder.
    ///
    /// # Errors
    /// When nothing responds at the address, or what responds is not a preview.
    pub fn goto(&self, file: &str, line: u32) -> io::Result<GotoAnswer> {
        let body = serde_json::json!({ "file": file, "line": line }).to_string();
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let head = format!(
            "POST {OWN_PREFIX}goto HTTP/1.1\r\nHost: {}\r\n{TOKEN_HEADER}: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = String::new();
        stream.take(ANSWER_MAX).read_to_string(&mut answer)?;
        let foreign = || {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "the program at this address is not a Handsel preview",
            )
        };
        let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(foreign)?;
        let value: serde_json::Value = serde_json::from_str(body).map_err(|_| foreign())?;
        let text = |name: &str| {
            value
                .get(name)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        };
        match (text("address"), text("message")) {
            (Some(address), _) => Ok(GotoAnswer::Gone {
                address,
                is_shown: text("reached").as_deref() != Some("waiting"),
            }),
            (None, Some(message)) => Ok(GotoAnswer::Refused(message)),
            (None, None) => Err(foreign()),
        }
    }
}
