/** The routes of the app; code, words and data of a page are loaded side by side. */
import { createBrowserRouter, type RouteObject } from "react-router";
import { Fault } from "~/kit/Fault";
import { Frame } from "./Frame";
import { Gate } from "./Gate";
import { NOWHERE, OUTSIDE, PAGES, type Place } from "./pages";
import { loadWords } from "./words";

function route({ path, words, load }: Place): RouteObject {
  return {
    path,
    lazy: async () => {
      const [module] = await Promise.all([load(), loadWords(words)]);
      return { Component: module.Component };
    },
  };
}

export const makeRouter = () =>
  createBrowserRouter([
    {
      element: <Gate />,
      errorElement: <Fault />,
      hydrateFallbackElement: <div />,
      children: [
        {
          element: <Frame />,
          errorElement: <Fault />,
          children: [...PAGES, NOWHERE].map(route),
        },
      ],
    },
    { errorElement: <Fault />, hydrateFallbackElement: <div />, children: OUTSIDE.map(route) },
  ]);
