// Where the menu is wider than the screen, the page that one is on stands in its middle.
document.querySelector(".admin-nav [aria-current], .rooms [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
