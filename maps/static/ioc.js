"use strict";
// The wall: its parts, once all of them are there.
quangnam.ioc = (map) => {
  quangnam.wall.start(map);
};
