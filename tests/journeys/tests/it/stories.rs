//! Every story holds against the local platform.

use journeys::STORIES;

use crate::demo_planet;

#[tokio::test(flavor = "multi_thread")]
async fn every_story_holds() {
    for story in STORIES {
        let planet = demo_planet().await;
        let mut told = Vec::new();
        let outcome = story
            .play(&planet.stage(), &mut |line| told.push(line))
            .await;
        assert!(
            outcome.is_ok(),
            "{}: {outcome:?}\n{}",
            story.name,
            told.join("\n")
        );
        planet.stop().await.unwrap();
    }
}
