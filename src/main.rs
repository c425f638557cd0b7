use handsel::{disk::{Disk, publish::*}, pipeline::*, paths::*};
struct S(Publisher);
impl Sink for S { fn put(&self, p: &OutputPath, b: &[u8]) -> Result<(), String> { self.0.stage(p,b).map_err(|e| e.to_string()) } }
fn main() {
    let root = std::env::args().nth(1).unwrap(); let out = std::env::args().nth(2).unwrap();
    let lenient = std::env::args().any(|a| a=="--lenient");
    let disk = Disk::open(root.as_ref()).unwrap();
    let p = Publisher::begin(out.as_ref(), std::path::Path::new(&out).parent().unwrap(), PublishOptions{force:false}).unwrap();
    let req = Request { config: SourcePath::new("handsel.yaml").unwrap(), today: None, now: jiff::Timestamp::now(), with_drafts:false, with_audit:false, is_strict:false, is_lenient: lenient, base_url: None };
    let t = std::time::Instant::now();
    let sink = S(p);
    let b = build(&disk, &req, &sink);
    let mut by = std::collections::BTreeMap::new();
    for p in &b.problems { *by.entry((p.severity, p.code.name())).or_insert(0)+=1; }
    for p in b.problems.iter().take(40) { println!("{} [{}] {} {} | {}", p.severity, p.code, p.place.as_ref().map(|p| p.to_string()).unwrap_or_default(), p.message, p.help.clone().unwrap_or_default()); }
    println!("{by:?}\npages {} left out {} {:?}\n{:?}", b.pages, b.left_out, b.failure, b.profile);
    if !b.problems.iter().any(|p| p.is_error()) { println!("{:?}", sink.0.commit().map(|p| (p.files,p.bytes,p.written))); }
    println!("{:?}", t.elapsed());
}
