/** The shop begins with its products. */
import { Navigate } from "react-router";

export const Component = () => <Navigate to="/shop/products" replace />;
