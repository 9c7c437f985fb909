//! x
use std::{sync::Arc, time::Instant, collections::BTreeMap};
use engines::*; use platform::transport::Transport; use bytes::Bytes;
fn req(i: usize) -> http::Request<Bytes> {
    http::Request::post("https://dynamodb.us-east-1.amazonaws.com/").header("x-amz-target","DynamoDB_20120810.PutItem").body(Bytes::from(serde_json::json!({"TableName":"planet-T","Item":{"pk":{"S":format!("p{i}")},"v":{"S":"x".repeat(200)}}}).to_string())).unwrap()
}
#[test] fn measure() {
  let t = Template::parse("Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { AttributeDefinitions: [{AttributeName: pk, AttributeType: S}], KeySchema: [{AttributeName: pk, KeyType: HASH}], StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}}}}", &BTreeMap::new()).unwrap();
  let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
  rt.block_on(async {
   for disk in [false, true] {
    let d = tempfile::tempdir().unwrap();
    let e = if disk { Engines::on_disk(&t, d.path()).await.unwrap() } else { Engines::memory(&t).await.unwrap() };
    for tasks in [1usize, 16] { for pool in [false, true] {
      let s = Instant::now(); let n = 3200 / tasks;
      let mut hs = vec![];
      for k in 0..tasks { let e = e.clone(); hs.push(tokio::spawn(async move { for i in 0..n { let r = req(k*100000+i);
        if pool { let e = e.clone(); let h = tokio::runtime::Handle::current(); tokio::task::spawn_blocking(move || h.block_on(e.call(r))).await.unwrap().unwrap(); } else { e.call(r).await.unwrap(); } } })); }
      for h in hs { h.await.unwrap(); }
      println!("disk {disk} tasks {tasks} pool {pool}: {:.0}/s", 3200.0 / s.elapsed().as_secs_f64());
    }}
   }
  }); let _ = Arc::new(0);
}
